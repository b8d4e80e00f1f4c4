/** Costs of a local bucket whose clock moves only when a test moves it, so that amounts are exact. */
import type { Test } from 'tap'
import type { BucketCosts, LocalBucket, LocalBucketOptions } from '../../lib/local/index.js'
import { elementIn, localBucketFor, sendS3, type RawS3Response } from './local-bucket.js'
import { clock, type Clock } from './local-vault.js'

export const DAY = 86_400_000
/** Midnight, so that restored copies expire some days later, and not a part of a day. */
export const AT = '2026-03-01T00:00:00.000Z'

/** A request to the bucket `docs`, or to a key in it. */
export type Ask = (
  method: string,
  rest: string,
  body?: Uint8Array | string,
  headers?: Record<string, string>,
) => Promise<RawS3Response>

export interface Charged {
  readonly time: Clock
  readonly server: LocalBucket
  readonly ask: Ask
  /** Stores an object. */
  readonly put: (key: string, storageClass: string, body: Uint8Array | string) => Promise<void>
  /** Quantities and amounts by class and subject, of all that has a line. */
  readonly lines: () => Promise<Record<string, [quantity: number, amount: number | null]>>
  /** The quantities alone, without those of requests. */
  readonly stored: () => Promise<Record<string, number>>
}

/** A local bucket with an empty bucket `docs`, unless its folder has one. */
export async function chargedBucketFor(
  t: Test,
  options: Partial<LocalBucketOptions> = {},
  time: Clock = clock(Date.parse(AT)),
): Promise<Charged> {
  const server = await localBucketFor(t, { now: time.now, createBuckets: true, ...options })
  const ask: Ask = async (method, rest, body = '', headers = {}) =>
    sendS3(server, { method, path: `/docs${rest}`, body, headers, time: time.time })
  return {
    time,
    server,
    ask,
    put: async (key, storageClass, body) => {
      const { status, text } = await ask('PUT', `/${key}`, body, { 'x-amz-storage-class': storageClass })
      t.equal(status, 200, text)
    },
    lines: async () => linesOf(await server.costs()),
    stored: async () => {
      const { lines } = await server.costs()
      const used = lines.filter(({ unit }) => unit !== 'request')
      return Object.fromEntries(
        used.map(({ storageClass, id, quantity }) => [`${storageClass} ${id}`, quantity]),
      )
    },
  }
}

export function linesOf({ lines }: BucketCosts): Record<string, [number, number | null]> {
  return Object.fromEntries(
    lines.map(({ storageClass, id, quantity, amount }) => [`${storageClass} ${id}`, [quantity, amount]]),
  )
}

/** A GB-month quantity of so many bytes over so many days. */
export function gbMonths(size: number, days: number): number {
  return Math.round((size * days * 1e9) / (2 ** 30 * 30)) / 1e9
}

/** A GB quantity. */
export function gb(size: number): number {
  return Math.round((size * 1e9) / 2 ** 30) / 1e9
}

/** Starts an upload to a key. */
export async function beginUpload(ask: Ask, key: string, storageClass: string): Promise<string> {
  const { text } = await ask('POST', `/${key}?uploads`, '', { 'x-amz-storage-class': storageClass })
  return elementIn(text, 'UploadId') ?? ''
}

/** Sends a part, and returns its element in a completion. */
export async function sendPart(
  ask: Ask,
  key: string,
  uploadId: string,
  number: number,
  body: Uint8Array,
): Promise<string> {
  const { headers } = await ask('PUT', `/${key}?partNumber=${number}&uploadId=${uploadId}`, body)
  return `<Part><PartNumber>${number}</PartNumber><ETag>${String(headers.etag)}</ETag></Part>`
}

/** Completes an upload. */
export async function completeUpload(
  ask: Ask,
  key: string,
  uploadId: string,
  parts: readonly string[],
): Promise<RawS3Response> {
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  return ask('POST', `/${key}?uploadId=${uploadId}`, body)
}

/** Restores an object. */
export async function restore(
  ask: Ask,
  key: string,
  days: number,
  tier = 'Standard',
): Promise<RawS3Response> {
  const parameters = `<GlacierJobParameters><Tier>${tier}</Tier></GlacierJobParameters>`
  return ask('POST', `/${key}?restore`, `<RestoreRequest><Days>${days}</Days>${parameters}</RestoreRequest>`)
}
