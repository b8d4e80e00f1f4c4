import { createHash } from 'node:crypto'
import t from 'tap'
import { CompositeHash, toWireHash } from '../../lib/s3/composite-hash.js'
import { UploadParts } from '../../lib/s3/upload-parts.js'
import { MemoryBucket } from '../helpers/memory-bucket.js'

const where = { bucket: 'backups', key: 'docs.tar' }
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const PIECES = ['one', 'two', 'three'].map((text) => Buffer.from(text))
const CONTENT = {
  size: 11,
  hash: toWireHash(PIECES.reduce((hash, bytes) => hash.update(sha256(bytes)), new CompositeHash()).digest()),
}

/** A bucket with an upload that has some parts. */
async function withParts(
  numbers: readonly number[],
  isStated = false,
): Promise<{
  bucket: MemoryBucket
  upload: typeof where & { readonly uploadId: string }
  parts: UploadParts
}> {
  const bucket = new MemoryBucket()
  const parts = new UploadParts()
  const upload = { ...where, uploadId: await bucket.createUpload(where) }
  for (const number of numbers) {
    const bytes = PIECES[number - 1] ?? Buffer.from('more')
    const { etag } = await bucket.uploadPart({ ...upload, partNumber: number, bytes, sha256: sha256(bytes) })
    parts.sent(upload.uploadId, number, { etag, sha256: sha256(bytes), isStated })
  }
  return { bucket, upload, parts }
}

t.test('the parts to complete are those of the service, page by page', async (t) => {
  const { bucket, upload } = await withParts([3, 1, 2])
  bucket.pageSize = 2
  const found = await new UploadParts().toComplete(bucket, upload, CONTENT)
  t.strictSame(
    found.map(({ partNumber, size, sha256: hash }) => [partNumber, size, hash]),
    PIECES.map((bytes, index) => [index + 1, bytes.length, sha256(bytes)]),
  )
  t.strictSame(bucket.operations.slice(-2), ['ListParts', 'ListParts'])
})

t.test('an upload whose parts are not the content is not completed', async (t) => {
  const rows: readonly [readonly number[], typeof CONTENT, RegExp][] = [
    [[], CONTENT, /it has no parts/],
    [[2, 3], CONTENT, /part 1 is missing/],
    [[1, 3], CONTENT, /part 2 is missing/],
    [[1, 2], CONTENT, /6 bytes, not 11/],
    [[1, 2, 3, 4], CONTENT, /15 bytes, not 11/],
    [[1, 2, 3], { ...CONTENT, size: 12 }, /11 bytes, not 12/],
    [[1, 2, 3], { ...CONTENT, hash: 'A'.repeat(43) + '=-3' }, /the composite .*-3, not A+=-3/],
  ]
  for (const [numbers, content, message] of rows) {
    const { bucket, upload, parts } = await withParts(numbers)
    const details = { reason: 'completion-refused', operation: 'CompleteMultipartUpload' }
    await t.rejects(parts.toComplete(bucket, upload, content), { ...details, message })
  }
})

t.test('a server that lists no hashes has the hashes of the parts that were sent', async (t) => {
  const { bucket, upload, parts } = await withParts([1, 2, 3])
  bucket.statesHash = () => false
  const found = await parts.toComplete(bucket, upload, CONTENT)
  t.strictSame(
    found.map(({ sha256: hash }) => hash),
    [undefined, undefined, undefined],
  )
  const [first] = found
  t.equal(first && parts.hashOf(upload.uploadId, first), sha256(Buffer.from('one')))
  t.equal(first && parts.hashOf('another', first), undefined)
  // Another process has replaced a part: its ETag differs.
  const bytes = Buffer.from('two')
  await bucket.uploadPart({ ...upload, partNumber: 2, bytes, sha256: sha256(bytes) })
  await t.rejects(parts.toComplete(bucket, upload, CONTENT), {
    reason: 'completion-refused',
    message: /hash of part 2 is not known/,
  })
  parts.forget(upload.uploadId)
  await t.rejects(parts.toComplete(bucket, upload, CONTENT), { message: /hash of part 1 is not known/ })
})

t.test('a server that states hashes and does not list them gets them with the completion', async (t) => {
  const { bucket, upload, parts } = await withParts([1, 2, 3], true)
  bucket.statesHash = () => false
  const found = await parts.toComplete(bucket, upload, CONTENT)
  t.strictSame(
    found.map(({ sha256: hash }) => hash),
    PIECES.map(sha256),
  )
})

t.test('an upload that is gone is told as such', async (t) => {
  const { bucket, upload, parts } = await withParts([1])
  await bucket.abortUpload(upload)
  await t.rejects(parts.toComplete(bucket, upload, CONTENT), {
    name: 'NotFoundError',
    reason: 'upload-not-found',
  })
})

t.test('an endless list of parts is refused after as many as an upload can have', async (t) => {
  const { bucket, upload, parts } = await withParts([])
  let pages = 0
  bucket.listParts = () => {
    const first = pages++ * 1000
    const items = Array.from({ length: 1000 }, (_, i) => {
      return { partNumber: first + i + 1, size: 1, etag: '"e"', sha256: 'a'.repeat(64) }
    })
    return Promise.resolve({ items, marker: String(pages), storageClass: 'STANDARD' })
  }
  const message = /it has more than 10000 parts/
  await t.rejects(parts.toComplete(bucket, upload, CONTENT), { reason: 'completion-refused', message })
  t.equal(pages, 11)
})
