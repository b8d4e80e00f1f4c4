import { Duplex, PassThrough, Readable } from 'node:stream'
import streamChunker from 'stream-chunker'
import t from 'tap'
import { AbortError, GlacierPipeError, UploadFailedError } from '../../lib/errors.js'
import type { ByteSource } from '../../lib/stages/byte-source.js'
import type { TransferProgress } from '../../lib/transfer/progress.js'
import { uploadArchive } from '../../lib/vault/upload-archive.js'
import { MIB } from '../../lib/sizes.js'
import { gate, settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes, patternSource } from '../helpers/pattern-source.js'
import { reset } from '../helpers/uploads.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const vaultName = 'backups'

t.test('bytes may come from anything that gives bytes', async (t) => {
  const bytes = patternBytes(2 * MIB + 3)
  const half = bytes.subarray(0, MIB / 2)
  const rest = bytes.subarray(MIB / 2)
  const sources: Record<string, ByteSource> = {
    'a Node stream': Readable.from([half, rest], { objectMode: false }),
    'a web stream': new Blob([half, rest]).stream() as ByteSource,
    'an async iterable': (async function* () {
      yield half
      yield rest
    })(),
    'an iterable': [half, rest],
    'plain Uint8Arrays': [new Uint8Array(half), new Uint8Array(rest)],
    'a Buffer': bytes,
  }
  for (const [what, source] of Object.entries(sources)) {
    const vault = new MemoryVault()
    const archives = await uploadArchive(source, { client: vault, vaultName, partSize: MIB })
    t.match(archives, [{ size: bytes.length, parts: 3 }], what)
    t.ok(vault.archives.get(archives[0].archiveId)?.equals(bytes), what)
  }
})

t.test('what gives no bytes is a TypeError', async (t) => {
  const client = new MemoryVault()
  await t.rejects(uploadArchive('text' as unknown as ByteSource, { client, vaultName }), {
    name: 'TypeError',
    message: /not text/,
  })
  const decoded = Readable.from([Buffer.from('ä')]).setEncoding('utf8')
  await t.rejects(uploadArchive(decoded, { client, vaultName }), {
    name: 'TypeError',
    message: /decodes its bytes/,
  })
  await t.rejects(uploadArchive([{ a: 1 }] as unknown as ByteSource, { client, vaultName }), {
    name: 'TypeError',
  })
  t.strictSame(client.calls, [])
})

t.test('the part size follows from the expected size', async (t) => {
  const client = new MemoryVault()
  const options = { client, vaultName, memory: 2 ** 30 }
  const [unknown] = await uploadArchive([Buffer.alloc(1)], options)
  t.equal(unknown.partSize, 16 * MIB)
  const [large] = await uploadArchive([Buffer.alloc(1)], { ...options, expectedSize: 200 * 2 ** 30 })
  t.equal(large.partSize, 32 * MIB)
})

t.test('another re-chunker may cut the parts', async (t) => {
  const vault = new MemoryVault()
  const size = 3 * MIB + 17
  const archives = await uploadArchive(patternSource(size, 50_000), {
    client: vault,
    vaultName,
    partSize: MIB,
    rechunk: streamChunker,
  })
  t.match(archives, [{ size, parts: 4 }])
  t.ok(vault.archives.get(archives[0].archiveId)?.equals(patternBytes(size)))
})

t.test('a re-chunker that cuts wrongly is found out', async (t) => {
  const rechunk = (): Duplex => new PassThrough({ objectMode: true })
  const source = patternSource(3 * MIB, 1000)
  await t.rejects(uploadArchive(source, { client: new MemoryVault(), vaultName, partSize: MIB, rechunk }), {
    code: 'ERR_PART_BOUNDARY',
    actual: 1000,
  })
})

t.test('an error of the source says what became of the upload', async (t) => {
  for (const onFailure of ['keep', 'abort'] as const) {
    const vault = new MemoryVault()
    async function* source(): AsyncGenerator<Buffer> {
      yield patternBytes(3 * MIB)
      await settled()
      throw new Error('disk read error')
    }
    const upload = uploadArchive(source(), { client: vault, vaultName, partSize: MIB, onFailure })
    if (onFailure === 'keep') {
      await t.rejects(upload, {
        code: 'ERR_UPLOAD_FAILED',
        kept: true,
        uploadId: 'upload-1',
        cause: { message: 'disk read error' },
      })
    } else {
      await t.rejects(upload, { message: 'disk read error' })
      t.equal(vault.uploads.size, 0)
    }
  }
  const vault = new MemoryVault()
  // eslint-disable-next-line require-yield -- it fails before its first byte
  const broken = (function* (): Generator<Buffer> {
    throw new Error('no such file')
  })()
  await t.rejects(uploadArchive(broken, { client: vault, vaultName }), { message: 'no such file' })
  t.strictSame(vault.calls, [])
})

t.test('an abort carries the ID of the upload that was kept', async (t) => {
  const vault = new MemoryVault()
  const never = gate()
  vault.before = ({ operation }) => (operation === 'uploadPart' ? never.opened : undefined)
  const aborting = new AbortController()
  const options = { client: vault, vaultName, partSize: MIB, signal: aborting.signal }
  const upload = uploadArchive([patternBytes(3 * MIB)], options)
  await settled(60)
  aborting.abort(new Error('enough'))
  await t.rejects(upload, {
    name: 'AbortError',
    code: 'ABORT_ERR',
    uploadId: 'upload-1',
    cause: { message: 'enough' },
  })

  const before = uploadArchive([patternBytes(3)], { client: vault, vaultName, signal: AbortSignal.abort() })
  await t.rejects(before, { name: 'AbortError', uploadId: undefined })
})

t.test('what it holds of a long source is bounded, however it is written', async (t) => {
  for (const writeSize of [100, 65_536, 24 * MIB]) {
    const vault = new MemoryVault()
    const never = gate()
    vault.before = ({ operation }) => (operation === 'uploadPart' ? never.opened : undefined)
    let taken = 0
    const source = (function* () {
      for (; taken < 24 * MIB; taken += writeSize) yield Buffer.alloc(writeSize)
    })()
    const aborting = new AbortController()
    const options = { client: vault, vaultName, partSize: MIB, memory: 8 * MIB, signal: aborting.signal }
    const upload = uploadArchive(source, options)
    await settled(writeSize === 100 ? 20_000 : 200)
    t.equal(vault.underWay, 5) // one part is reserved to keep the upload alive
    t.ok(
      taken <= 8 * MIB + Math.max(writeSize, 65_536),
      `${taken} bytes were taken in writes of ${writeSize}`,
    )
    aborting.abort()
    await t.rejects(upload, { name: 'AbortError' })
  }
})

t.test('an upload is a promise with events, and shows its plan, upload ID and archives', async (t) => {
  const vault = new MemoryVault()
  const size = 3 * MIB + 5
  const options = { client: vault, vaultName, partSize: MIB, sourceSize: size, clock: new VirtualClock() }
  const upload = uploadArchive([patternBytes(size)], options)
  t.ok(upload instanceof Promise)
  t.match(upload.plan, { partSize: MIB, volumes: true })
  t.strictSame([upload.uploadId, upload.archives], [undefined, []])
  const events: string[] = []
  const reports: TransferProgress[] = []
  upload
    .on('initiated', (uploadId) => events.push(`initiated ${uploadId} ${upload.uploadId}`))
    .on('part', ({ index }) => events.push(`part ${index}`))
    .on('archive', ({ archiveId }) => events.push(`archive ${archiveId}`))
    .on('progress', (progress) => {
      t.notOk(isOver, 'before the promise is settled')
      reports.push(progress)
    })
  let isOver = false
  const archives = await upload.finally(() => (isOver = true))
  t.strictSame(events.sort(), [
    'archive archive-2',
    'initiated upload-1 upload-1',
    ...[0, 1, 2, 3].map((index) => `part ${index}`),
  ])
  t.strictSame(reports.at(-1), {
    doneBytes: size,
    skippedBytes: 0,
    sentBytes: size,
    totalBytes: size,
    inFlightBytes: 0,
    partsDone: 4,
    partsSkipped: 0,
    requestsInFlight: 0,
    retries: 0,
  })
  t.strictSame(upload.progress, reports.at(-1), 'the last report is the transfer as it stands')
  t.strictSame(upload.archives, archives)
  t.equal(upload.uploadId, undefined)
})

t.test('its retries are events, and bytes that are sent again are counted again', async (t) => {
  const vault = new MemoryVault()
  let failures = 2
  vault.after = ({ operation }) => {
    if (operation === 'uploadPart' && failures-- > 0) throw reset
  }
  const clock = new VirtualClock()
  const upload = uploadArchive([patternBytes(2 * MIB)], { client: vault, vaultName, partSize: MIB, clock })
  const attempts: number[] = []
  let last: TransferProgress | undefined
  upload.on('retry', (notice) => attempts.push(notice.attempts))
  upload.on('progress', (progress) => (last = progress))
  await upload
  t.strictSame(attempts, [1, 1])
  t.match(last, { doneBytes: 2 * MIB, sentBytes: 4 * MIB, totalBytes: undefined, partsDone: 2, retries: 2 })
})

t.test('progress is reported while a single part is in flight, at most ten times a second', async (t) => {
  const vault = new MemoryVault()
  const answer = gate()
  vault.after = ({ operation }) => (operation === 'uploadArchive' ? answer.opened : undefined)
  const clock = new VirtualClock()
  const upload = uploadArchive([patternBytes(MIB)], { client: vault, vaultName, partSize: MIB, clock })
  const reports: TransferProgress[] = []
  upload.on('progress', (progress) => {
    reports.push(progress)
    clock.time += 60 // of the three changes that follow, every second one is reported
  })
  await settled(40)
  t.match(reports, [{ requestsInFlight: 1, sentBytes: 0 }], 'the request has begun')
  t.match(vault.calls, [{ operation: 'uploadArchive' }])
  const sent = vault.calls[0]?.onSent
  sent?.(0) // 60 ms later: too soon
  clock.time += 60
  sent?.(0)
  t.match(reports[1], { requestsInFlight: 1, sentBytes: MIB, doneBytes: 0 })
  t.equal(reports.length, 2)
  answer.open()
  await upload
  t.match(reports.at(-1), { requestsInFlight: 0, doneBytes: MIB, partsDone: 1 })
})

t.test('an upload is aborted with a reason, and a second abort changes nothing', async (t) => {
  const vault = new MemoryVault()
  const upload = uploadArchive(patternSource(3 * MIB, 65_536), { client: vault, vaultName, partSize: MIB })
  upload.once('part', () => {
    upload.abort('enough')
    upload.abort('more than enough')
  })
  const error: unknown = await upload.catch((thrown: unknown) => thrown)
  t.ok(error instanceof AbortError && error instanceof GlacierPipeError)
  t.match(error, { code: 'ABORT_ERR', uploadId: 'upload-1', cause: 'enough' })
  t.equal(upload.uploadId, 'upload-1', 'it is kept')
  upload.abort()

  const wrong = uploadArchive([], { client: vault, vaultName, partSize: 3 })
  wrong.abort()
  t.strictSame([wrong.plan, wrong.uploadId, wrong.archives], [undefined, undefined, []])
  await t.rejects(wrong, { name: 'RangeError' })
})

t.test('a listener that throws fails the upload', async (t) => {
  for (const event of ['initiated', 'part', 'progress', 'archive'] as const) {
    const upload = uploadArchive([patternBytes(2 * MIB)], {
      client: new MemoryVault(),
      vaultName,
      partSize: MIB,
    })
    upload.on(event, () => {
      throw new Error('of the listener')
    })
    const error: unknown = await upload.catch((thrown: unknown) => thrown)
    const own = error instanceof UploadFailedError ? error.cause : error
    t.match(own, { code: 'ERR_LISTENER', event, cause: { message: 'of the listener' } }, event)
  }
})

t.test(
  'a source that is wrong and a signal that has fired are one error, and no other is left',
  async (t) => {
    const signal = AbortSignal.abort('before')
    const upload = uploadArchive(7 as unknown as ByteSource, { client: new MemoryVault(), vaultName, signal })
    await t.rejects(upload, { name: 'AbortError', cause: 'before' })
  },
)
