import { CreateBucketCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import { GlacierPipeError, NotFoundError } from '../../lib/errors.js'
import type { BucketFaultRule, LocalBucket } from '../../lib/local/index.js'
import type { BucketFaultKind } from '../../lib/local/faults/bucket-fault-kinds.js'
import { compositeOf } from '../../lib/s3/object-at-key.js'
import { s3Client } from '../../lib/s3/s3-client.js'
import { S3_LIMITS } from '../../lib/s3/s3-limits.js'
import { S3Store } from '../../lib/s3/s3-store.js'
import type { StoreLimits } from '../../lib/store/limits.js'
import { MIB } from '../../lib/sizes.js'
import type { Archive } from '../../lib/store/archive.js'
import { uploadArchive } from '../../lib/vault/upload-archive.js'
import { checksum, localBucketFor, s3ClientFor, sha256 } from '../helpers/local-bucket.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

/** Not a power of two, but the smallest part that S3 accepts. */
const PART = 5 * MIB
const LIMITS: StoreLimits = { ...S3_LIMITS, minPartSize: PART, maxPartSize: PART }
/** Two parts, of which the last is short. */
const SEVERAL = patternBytes(PART + 5)
const ONE = patternBytes(100)
const CONTENT_OF_SEVERAL = contentOf(SEVERAL)
const CONTENT_OF_ONE = contentOf(ONE)

/** The result of an upload. */
interface Ran {
  readonly archive: Archive | undefined
  readonly error: unknown
  /** Part requests that were carried out. */
  readonly partsStored: number
}

/** Uploads bytes to a key of their own, with pauses that take no time. */
async function put(
  bucket: LocalBucket,
  sdk: S3Client,
  key: string,
  bytes: Buffer,
  rules: readonly BucketFaultRule[],
  overwrite = false,
): Promise<Ran> {
  const before = bucket.traffic.of('UploadPart').carriedOut
  for (const rule of rules) bucket.faults.add(rule)
  // Only a stall takes real time: on a busy machine, requests that are carried out would be given up.
  const isStalled = rules.some(({ fault }) => fault === 'stall')
  const client = s3Client(sdk, isStalled ? { idleTimeout: 200 } : {})
  const store = new S3Store({ client, bucket: 'backups', key, overwrite }, LIMITS)
  const clock = new VirtualClock()
  const options = { store, clock, retryFor: 10_000, hashThreads: 0 }
  const [archive, error] = await uploadArchive([bytes], options).then(
    ([first]) => [first, undefined] as const,
    (thrown: unknown) => [undefined, thrown] as const,
  )
  bucket.faults.clear()
  return { archive, error, partsStored: bucket.traffic.of('UploadPart').carriedOut - before }
}

/** What the server has computed of the object at a key; `undefined` if there is none. */
async function objectAt(sdk: S3Client, key: string): Promise<Content | undefined> {
  try {
    const { size, hash } = await s3Client(sdk).headObject({ bucket: 'backups', key })
    return { size, hash: hash && compositeOf(hash) }
  } catch (error) {
    if (error instanceof NotFoundError) return undefined
    throw error
  }
}

interface Content {
  readonly size: number
  readonly hash: string | undefined
}

/** The content of an object of these bytes, as S3 defines it. */
function contentOf(bytes: Buffer): Content {
  const digests: Buffer[] = []
  for (let start = 0; start < bytes.length; start += PART)
    digests.push(sha256(bytes.subarray(start, start + PART)))
  return { size: bytes.length, hash: `${checksum(Buffer.concat(digests))}-${digests.length}` }
}

async function openUploads(sdk: S3Client, key: string): Promise<number> {
  const listed = await sdk.send(new ListMultipartUploadsCommand({ Bucket: 'backups', Prefix: key }))
  return (listed.Uploads ?? []).filter(({ Key }) => Key === key).length
}

/** The end of an upload: `stored`, or the code, or the reason, of its error or of the cause. */
function endOf({ archive, error }: Ran): string {
  if (archive) return 'stored'
  if (!(error instanceof GlacierPipeError)) return String(error)
  const inner = error.code === 'ERR_UPLOAD_FAILED' ? error.cause : error
  const { reason, serviceCode, code } = inner as { reason?: string; serviceCode?: string; code?: string }
  return reason ?? (code === 'ERR_SERVICE' ? String(serviceCode) : String(code))
}

/** A place where requests fail, by the operation and the number of the request. */
const PLACES = [
  { where: 'the look at the key', operation: 'HeadObject', nth: 1, bytes: SEVERAL },
  { where: 'an initiation', operation: 'CreateMultipartUpload', nth: 1, bytes: SEVERAL },
  { where: 'a part', operation: 'UploadPart', nth: 1, bytes: SEVERAL },
  { where: 'the last part', operation: 'UploadPart', nth: 2, bytes: SEVERAL },
  { where: 'the list of parts', operation: 'ListParts', nth: 1, bytes: SEVERAL },
  { where: 'a completion', operation: 'CompleteMultipartUpload', nth: 1, bytes: SEVERAL },
  { where: 'a whole archive', operation: 'PutObject', nth: 1, bytes: ONE },
] as const

type Place = (typeof PLACES)[number]['where']
/** The ends where a fault is met once; those that are not listed are `stored`. */
type Ends = Readonly<Partial<Record<Place, string>>>

const everywhere = (end: string): Ends => Object.fromEntries(PLACES.map(({ where }) => [where, end]))

/** The faults of uploads. A `Record` with these keys does not compile unless it has all of them. */
type UploadFault = Exclude<BucketFaultKind, 'cut-output' | 'corrupt-output' | 'whole-output' | 'other-range'>

const ONCE: Record<UploadFault, Ends> = {
  error: {},
  'error-after': {},
  'error-in-200': {},
  'error-in-200-after': {},
  'empty-200': {},
  timeout: {},
  throttle: {},
  'error-500': {},
  'error-503': {},
  'error-html': {},
  'expired-token': {},
  'time-skewed': {},
  'access-denied': { ...everywhere('ERR_ACCESS_DENIED'), 'the look at the key': 'stored' },
  'wrong-region': everywhere('wrong-region'),
  'no-bucket': { ...everywhere('bucket-not-found'), 'the look at the key': 'stored' }, // HEAD has no body that tells it
  'expired-upload': {
    ...everywhere('upload-not-found'),
    'the look at the key': 'stored',
    'a part': 'ERR_UPLOAD_GONE',
    'the last part': 'ERR_UPLOAD_GONE',
    'the list of parts': 'ERR_UPLOAD_GONE',
    'a completion': 'ERR_UPLOAD_GONE',
  },
  'checksum-mismatch': {},
  'precondition-failed': everywhere('exists'),
  conflict: { ...everywhere('conditional-conflict'), 'the look at the key': 'HTTP 409' },
  'reset-before': {},
  'reset-amid': {},
  'lose-answer': {},
  stall: {},
  // A list of other parts than those that were sent is not the content.
  'wrong-hash': { 'the list of parts': 'ERR_COMPLETION_REJECTED' },
  'no-hash': {},
  slow: {},
}

/** Faults that replace the response of a request that was carried out. */
const LATE: ReadonlySet<UploadFault> = new Set<UploadFault>([
  'error-after',
  'error-in-200-after',
  'empty-200',
  'lose-answer',
])

async function start(test: Test): Promise<{ bucket: LocalBucket; sdk: S3Client }> {
  const bucket = await localBucketFor(test)
  const sdk = s3ClientFor(test, bucket)
  await sdk.send(new CreateBucketCommand({ Bucket: 'backups' }))
  return { bucket, sdk }
}

t.test('each fault at each place, met once', async (t) => {
  const { bucket, sdk } = await start(t)
  for (const [fault, ends] of Object.entries(ONCE) as [UploadFault, Ends][]) {
    for (const { where, operation, nth, bytes } of PLACES) {
      const what = `${fault}, once, at ${where}`
      const key = what.replaceAll(/\W+/g, '-')
      const rule = { fault, operation, nth, ...(fault === 'slow' && { bytesPerSecond: 1e9 }) }
      const ran = await put(bucket, sdk, key, bytes, [rule])
      const expected = ends[where] ?? 'stored'
      t.equal(endOf(ran), expected, what)
      const found = await objectAt(sdk, key)
      if (ran.archive) {
        t.strictSame(
          found,
          bytes === ONE ? CONTENT_OF_ONE : CONTENT_OF_SEVERAL,
          `${what}: the object is right`,
        )
        // The ID of an upload whose initiation had no response is not known: it is left, empty.
        const isLeft = operation === 'CreateMultipartUpload' && LATE.has(fault)
        t.equal(await openUploads(sdk, key), isLeft ? 1 : 0, `${what}: no upload is left`)
      } else {
        t.equal(found, undefined, `${what}: there is no object`)
      }
      const isPart = operation === 'UploadPart'
      if (ran.archive && !isPart && bytes === SEVERAL)
        t.equal(ran.partsStored, 2, `${what}: no part is sent again`)
      if (ran.archive && isPart && !LATE.has(fault) && fault !== 'wrong-hash')
        t.equal(ran.partsStored, 2, `${what}: each part is stored once`)
    }
  }
})
