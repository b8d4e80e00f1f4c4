import fc from 'fast-check'
import t from 'tap'
import { ConnectionError, UploadFailedError } from '../../lib/errors.js'
import { S3Store } from '../../lib/s3/s3-store.js'
import { resumeUpload } from '../../lib/vault/resume-upload.js'
import { uploadArchive } from '../../lib/vault/upload-archive.js'
import { storedBytes } from '../helpers/bucket-uploads.js'
import { bucketError, MemoryBucket } from '../helpers/memory-bucket.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const OPERATIONS = [
  ...['HeadObject', 'PutObject', 'CreateMultipartUpload'],
  ...['UploadPart', 'ListParts', 'CompleteMultipartUpload', 'AbortMultipartUpload'],
]
const CODES = [
  ...(['InternalError', 'SlowDown', 'RequestTimeout', 'ExpiredToken', 'BadDigest', 'AccessDenied'] as const),
  ...(['NoSuchUpload', 'ConditionalRequestConflict', 'PreconditionFailed', 'InvalidPart', 'reset'] as const),
] as const
const STATUSES: Readonly<Partial<Record<(typeof CODES)[number], number>>> = {
  InternalError: 500,
  SlowDown: 503,
  AccessDenied: 403,
  NoSuchUpload: 404,
  ConditionalRequestConflict: 409,
  PreconditionFailed: 412,
}

/** A fault of the nth request of an operation. */
interface Fault {
  readonly operation: string
  readonly nth: number
  readonly code: (typeof CODES)[number]
  readonly isAfter: boolean
}

const FAULT: fc.Arbitrary<Fault> = fc.record({
  operation: fc.constantFrom(...OPERATIONS),
  nth: fc.integer({ min: 1, max: 4 }),
  code: fc.constantFrom(...CODES),
  isAfter: fc.boolean(),
})

const CASE = fc.record({
  partSize: fc.constantFrom(64, 128, 1024),
  size: fc.integer({ min: 1, max: 6 * 1024 }),
  maxParts: fc.integer({ min: 1, max: 12 }),
  faults: fc.array(FAULT, { maxLength: 6 }),
  before: fc.constantFrom('nothing', 'another', 'the same'),
  hidden: fc.subarray(OPERATIONS),
  concurrency: fc.integer({ min: 1, max: 4 }),
  overwrite: fc.boolean(),
})

function inject(bucket: MemoryBucket, faults: readonly Fault[]): void {
  const counts = new Map<string, number>()
  const failIf = (isAfter: boolean, name: string): void => {
    const nth = counts.get(name) ?? 0
    for (const { operation, code, ...fault } of faults) {
      if (operation !== name || fault.nth !== nth || fault.isAfter !== isAfter) continue
      if (code === 'reset') throw new ConnectionError('reset', { operation, serviceCode: 'ECONNRESET' })
      throw bucketError(operation, code, STATUSES[code] ?? 400)
    }
  }
  bucket.before = ({ operation }) => {
    counts.set(operation, (counts.get(operation) ?? 0) + 1)
    failIf(false, operation)
  }
  bucket.after = ({ operation }) => {
    failIf(true, operation)
  }
}

t.test('whatever fails: success means that it is stored, failure that nothing else is', async (t) => {
  let [stored, failed, resumed] = [0, 0, 0]
  await fc.assert(
    fc.asyncProperty(CASE, async ({ partSize, size, maxParts, faults, before, hidden, ...more }) => {
      const { concurrency, overwrite } = more
      const limits = { leafSize: partSize, minPartSize: partSize, maxPartSize: partSize, maxParts }
      const bytes = patternBytes(size)
      const bucket = new MemoryBucket()
      const storeOf = (isForced: boolean): S3Store =>
        new S3Store({ client: bucket, bucket: 'backups', key: 'docs.tar', overwrite: isForced }, limits)
      const options = { clock: new VirtualClock(), retryFor: 60_000, concurrency, hashThreads: 0 }
      const old = before === 'the same' ? bytes : Buffer.from('old')
      if (before !== 'nothing') await uploadArchive([old], { store: storeOf(false), ...options })
      bucket.statesHash = (operation) => !hidden.includes(operation)
      inject(bucket, faults)

      const upload = uploadArchive([bytes], { store: storeOf(overwrite), ...options })
      const end: unknown = await upload.catch((error: unknown) => error)
      bucket.before = (): void => undefined
      bucket.after = (): void => undefined
      if (upload.archives.length > 0) {
        const found = storedBytes(bucket, upload.archives)
        t.ok(found.equals(bytes.subarray(0, found.length)), 'the volumes that are named are stored')
      }
      if (Array.isArray(end)) {
        stored++
        t.ok(storedBytes(bucket, upload.archives).equals(bytes), 'success: the bytes are stored')
        return
      }
      failed++
      const object = bucket.objects.get('docs.tar')?.bytes
      const isOld = before !== 'nothing' && object?.equals(old) === true
      const isOurs = object?.equals(bytes.subarray(0, object.length)) === true
      t.ok(
        object === undefined ? before === 'nothing' : isOld || isOurs,
        'failure: it is absent, as before or right',
      )
      if (before === 'another' && !overwrite) t.ok(isOld, 'nothing was overwritten')
      const uploadId = end instanceof UploadFailedError ? (end.uploadId ?? '') : ''
      const serviceId = uploadId.replace(/^volume\d+:/, '')
      if (bucket.objects.size > 0) return
      // The next run sends what is missing, and nothing that is stored.
      const there = bucket.uploads.get(serviceId)?.parts.size ?? 0
      bucket.statesHash = () => true
      bucket.calls.length = 0
      const earlier = { uploadId, earlierVolumes: upload.archives }
      if (there < 2) return
      await resumeUpload([bytes], { store: storeOf(overwrite), ...earlier, ...options })
      resumed++
      const inVolume = Math.min(maxParts, Math.ceil(size / partSize))
      const sentToIt = bucket.calls.filter(
        ({ key, partNumber }) => key === 'docs.tar' && partNumber !== undefined,
      )
      t.equal(sentToIt.length, inVolume - there, 'only the missing parts are sent')
    }),
    { numRuns: 250 },
  )
  t.comment(`${stored} stored, ${failed} failed, ${resumed} resumed`)
  t.ok(stored > 0 && failed > 0 && resumed > 0, 'all ends were seen')
})
