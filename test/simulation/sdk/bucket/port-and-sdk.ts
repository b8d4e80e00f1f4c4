/** The same scenario with the client of a bucket at the port and with both clients over the SDK, for their tests. */
import type { CompleteRequest } from '../../../../lib/s3/bucket-requests.js'
import { sha256Of } from '../../bucket/bucket-content.js'
import { atPort, onBucket, type ListedBucket } from '../../bucket/listed-bucket.js'
import type { MakeBucketClient } from '../../network/client-of.js'
import { bytesOfSize, type ListedOutcomes } from '../../service/listed-world.js'
import { lastRecord, settledFacts } from '../http/call-results.js'
import { bucketSdkClient } from './bucket-sdk-client.js'

/** The object of the tests: its key has characters that are escaped in a path. */
export const AT = { bucket: 'backups', key: 'dir/a+b c.tar' }
/** Its bytes. */
export const BYTES = bytesOfSize(48)

/** Runs a scenario with a client, and gives its result. */
export async function on<Result>(
  make: MakeBucketClient,
  outcomes: ListedOutcomes,
  scenario: (net: ListedBucket) => Promise<Result>,
): Promise<Result> {
  const results: Result[] = []
  await onBucket(outcomes, async (net) => void results.push(await scenario(net)), make)
  return results[0] as Result
}

/** Runs a scenario with the client at the port and with both clients over the SDK. */
export async function onEach<Result>(
  outcomes: ListedOutcomes,
  scenario: (net: ListedBucket) => Promise<Result>,
): Promise<readonly [port: Result, ofPackage: Result, ofCaller: Result]> {
  return [
    await on(atPort, outcomes, scenario),
    await on(bucketSdkClient, outcomes, scenario),
    await on(bucketSdkClient, { ...outcomes, 'upload-1/client': 'caller' }, scenario),
  ]
}

/** The result of a call, as callers and invariants see it. */
export async function resultOf(
  { process, model }: ListedBucket,
  call: () => Promise<unknown>,
): Promise<object> {
  const settled = await settledFacts(call)
  const seen = {
    requests: process.requests,
    record: lastRecord(model.history),
    objects: model.objects.length,
  }
  return { ...settled, ...seen }
}

/** A body with its hash. */
export const bodyOf = (bytes: Uint8Array): { readonly bytes: Uint8Array; readonly sha256: string } => ({
  bytes,
  sha256: sha256Of(bytes),
})

/** Sends an object in parts of 16 bytes, and gives the request that completes it. */
export async function parts(
  { client }: ListedBucket,
  storageClass?: 'GLACIER' | 'INTELLIGENT_TIERING',
): Promise<CompleteRequest> {
  const uploadId = await client.createUpload({ ...AT, storageClass, metadata: { 'part-size': '16' } })
  const list: { partNumber: number; etag: string; sha256: string }[] = []
  for (let partNumber = 1; partNumber <= 3; partNumber++) {
    const body = bodyOf(BYTES.subarray(16 * (partNumber - 1), 16 * partNumber))
    const { etag } = await client.uploadPart({ ...AT, uploadId, partNumber, ...body })
    list.push({ partNumber, etag, sha256: body.sha256 })
  }
  const hash = { sha256: sha256Of(Buffer.from(list.map(({ sha256 }) => sha256).join(''), 'hex')), parts: 3 }
  return { ...AT, uploadId, parts: list, hash, size: 48, ifAbsent: true }
}

/** Reads a range. */
export async function read(
  { client }: ListedBucket,
  start: number,
  end: number,
  ifMatch?: string,
): Promise<Buffer> {
  const { body } = await client.getObject({ ...AT, range: { start, end }, objectSize: 48, ifMatch })
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}
