import { CreateBucketCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Test } from 'tap'
import { GlacierPipeError, NotFoundError } from '../../lib/errors.js'
import type { BucketFaultKind } from '../../lib/local/faults/bucket-fault-kinds.js'
import type { BucketFaultRule, LocalBucket } from '../../lib/local/index.js'
import { compositeOf } from '../../lib/s3/object-at-key.js'
import { s3Client } from '../../lib/s3/sdk/s3-client.js'
import { S3_LIMITS } from '../../lib/s3/s3-limits.js'
import { S3Store } from '../../lib/s3/s3-store.js'
import { MIB } from '../../lib/sizes.js'
import type { Archive } from '../../lib/store/archive.js'
import type { StoreLimits } from '../../lib/store/limits.js'
import { uploadArchive } from '../../lib/vault/upload-archive.js'
import { checksum, localBucketFor, s3ClientFor, sha256 } from './local-bucket.js'
import { patternBytes } from './pattern-source.js'
import { VirtualClock } from './virtual-clock.js'

/** Not a power of two, but the smallest part that S3 accepts. */
const PART = 5 * MIB
const LIMITS: StoreLimits = { ...S3_LIMITS, minPartSize: PART, maxPartSize: PART }
/** Two parts, of which the last is short. */
export const SEVERAL = patternBytes(PART + 5)
/** One short part. */
export const ONE = patternBytes(100)
/** The object of {@link SEVERAL}. */
export const CONTENT_OF_SEVERAL = contentOf(SEVERAL)
/** The object of {@link ONE}. */
export const CONTENT_OF_ONE = contentOf(ONE)

/** The result of an upload. */
export interface Ran {
  readonly archive: Archive | undefined
  readonly error: unknown
  /** Part requests that were carried out. */
  readonly partsStored: number
}

/** Uploads bytes to a key of their own, with pauses that take no time. */
export async function put(
  bucket: LocalBucket,
  sdk: S3Client,
  key: string,
  bytes: Buffer,
  rules: readonly BucketFaultRule[],
  { overwrite = false, retryFor = 10_000 } = {},
): Promise<Ran> {
  const before = bucket.traffic.of('UploadPart').carriedOut
  for (const rule of rules) bucket.faults.add(rule)
  // Only a stall takes real time: on a busy machine, requests that are carried out would be given up.
  const isStalled = rules.some(({ fault }) => fault === 'stall')
  const client = s3Client(sdk, isStalled ? { idleTimeout: 200 } : {})
  const store = new S3Store({ client, bucket: 'backups', key, overwrite }, LIMITS)
  const clock = new VirtualClock()
  const options = { store, clock, retryFor, hashThreads: 0 }
  const [archive, error] = await uploadArchive([bytes], options).then(
    ([first]) => [first, undefined] as const,
    (thrown: unknown) => [undefined, thrown] as const,
  )
  bucket.faults.clear()
  return { archive, error, partsStored: bucket.traffic.of('UploadPart').carriedOut - before }
}

/** The size and hash that the server states of the object at a key; `undefined` if the key has no object. */
export async function objectAt(sdk: S3Client, key: string): Promise<Content | undefined> {
  try {
    const { size, hash } = await s3Client(sdk).headObject({ bucket: 'backups', key })
    return { size, hash: hash && compositeOf(hash) }
  } catch (error) {
    if (error instanceof NotFoundError) return undefined
    throw error
  }
}

/** The size and the composite of an object. */
export interface Content {
  readonly size: number
  readonly hash: string | undefined
}

/** The content of an object of these bytes, as S3 defines it. */
export function contentOf(bytes: Buffer): Content {
  const digests: Buffer[] = []
  for (let start = 0; start < bytes.length; start += PART)
    digests.push(sha256(bytes.subarray(start, start + PART)))
  return { size: bytes.length, hash: `${checksum(Buffer.concat(digests))}-${digests.length}` }
}

/** The number of open uploads of a key. */
export async function openUploads(sdk: S3Client, key: string): Promise<number> {
  const listed = await sdk.send(new ListMultipartUploadsCommand({ Bucket: 'backups', Prefix: key }))
  return (listed.Uploads ?? []).filter(({ Key }) => Key === key).length
}

/** The end of an upload: `stored`, or the code, or the reason, of its error or of the cause. */
export function endOf({ archive, error }: Ran): string {
  if (archive) return 'stored'
  if (!(error instanceof GlacierPipeError)) return String(error)
  const inner = error.code === 'ERR_UPLOAD_FAILED' ? error.cause : error
  const { reason, serviceCode, code } = inner as { reason?: string; serviceCode?: string; code?: string }
  return reason ?? (code === 'ERR_SERVICE' ? String(serviceCode) : String(code))
}

/** The faults of uploads. A `Record` with these keys does not compile unless it has all of them. */
export type UploadFault = Exclude<
  BucketFaultKind,
  'cut-output' | 'corrupt-output' | 'whole-output' | 'other-range'
>

/** A local bucket with a bucket `backups`. */
export interface Started {
  readonly bucket: LocalBucket
  readonly sdk: S3Client
}

/** Starts a local bucket; closed when the test is over. */
export async function start(test: Test): Promise<Started> {
  const bucket = await localBucketFor(test)
  const sdk = s3ClientFor(test, bucket)
  await sdk.send(new CreateBucketCommand({ Bucket: 'backups' }))
  return { bucket, sdk }
}
