import { once } from 'node:events'
import { Readable, Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import t from 'tap'
import { AbortError, GlacierPipeError } from '../../lib/errors.js'
import type { TransferProgress } from '../../lib/transfer/progress.js'
import { archiveStream, type ArchiveStream } from '../../lib/vault/archive-stream.js'
import type { UploadSettings } from '../../lib/vault/upload-options.js'
import type { StageOptions } from '../../lib/upload/send-source.js'
import { MIB } from '../../lib/sizes.js'
import { gate, settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes, patternSource } from '../helpers/pattern-source.js'
import { failure, recordingJournal, reset, vaultName } from '../helpers/uploads.js'
import { VirtualClock } from '../helpers/virtual-clock.js'
import { sourceSizes, writePatterns } from '../helpers/write-patterns.js'

function streamTo(
  vault: MemoryVault,
  options: UploadSettings & Pick<StageOptions, 'hashThreads'> = {},
): ArchiveStream {
  return archiveStream({
    client: vault,
    vaultName,
    partSize: MIB,
    clock: new VirtualClock(),
    hashThreads: 0,
    ...options,
  })
}

function bytesIn(vault: MemoryVault, { archives }: ArchiveStream): Buffer | undefined {
  return vault.archives.get(archives[0]?.archiveId ?? '')
}

t.test('bytes of any number, written in any pieces, become the archive they are', async (t) => {
  for (const size of sourceSizes(MIB)) {
    for (const [pattern, writeSize] of Object.entries(writePatterns(size))) {
      const vault = new MemoryVault()
      const stream = streamTo(vault)
      patternSource(size, writeSize).pipe(stream)
      if (size === 0) {
        await t.rejects(finished(stream), { code: 'ERR_EMPTY_ARCHIVE' })
        t.strictSame(vault.calls, [])
        continue
      }
      await finished(stream)
      t.match(stream.archives, [{ size, parts: Math.ceil(size / MIB) }])
      t.ok(bytesIn(vault, stream)?.equals(patternBytes(size)), `${size} bytes, ${pattern}`)
    }
  }
})

t.test('it takes what a source may give, and a text with its encoding', async (t) => {
  const vault = new MemoryVault()
  const stream = streamTo(vault)
  stream.setDefaultEncoding('latin1')
  const word = new Uint16Array([0x4241]) // AB, in the order of bytes of every supported machine
  for (const chunk of [Buffer.from('1'), word, new DataView(word.buffer), word.buffer, 'ä'] as unknown[])
    stream.write(chunk)
  stream.write('ä', 'utf8')
  stream.write(Buffer.alloc(0))
  stream.end('c3a4', 'hex')
  await finished(stream)
  t.equal(bytesIn(vault, stream)?.toString('hex'), `31${'4142'.repeat(3)}e4c3a4c3a4`)
})

t.test('it is a Writable of one type of events, and finishes when the archive is recorded', async (t) => {
  const vault = new MemoryVault()
  const journal = recordingJournal()
  const stream = streamTo(vault, { journal, sourceSize: 3 * MIB, description: 'd' })
  t.ok(stream instanceof Writable)
  t.match(stream.plan, { partSize: MIB })
  const events: string[] = []
  const reports: TransferProgress[] = []
  stream.on('initiated', (uploadId) => events.push(`initiated ${uploadId}`))
  stream.on('part', ({ index }) => events.push(`part ${index}`))
  stream.on('archive', ({ archiveId }) => events.push(`archive ${archiveId}`))
  stream.on('progress', (progress) => reports.push(progress))
  stream.on('finish', () => {
    events.push(`finish after ${journal.types.at(-1)}`)
    t.match(reports.at(-1), { doneBytes: 3 * MIB, requestsInFlight: 0 }, 'the last progress comes before')
  })
  stream.write(patternBytes(3 * MIB))
  await once(stream, 'part')
  t.equal(stream.uploadId, 'upload-1')
  t.equal(stream.outcome, undefined)
  stream.end()
  await finished(stream)
  t.strictSame(events.slice(-2), ['archive archive-2', 'finish after stored'])
  t.strictSame(events.slice(0, -2).sort(), ['initiated upload-1', 'part 0', 'part 1', 'part 2'])
  t.strictSame(reports.at(-1), {
    doneBytes: 3 * MIB,
    skippedBytes: 0,
    sentBytes: 3 * MIB,
    totalBytes: 3 * MIB,
    inFlightBytes: 0,
    partsDone: 3,
    partsSkipped: 0,
    requestsInFlight: 0,
    retries: 0,
  })
  t.strictSame(stream.progress, reports.at(-1))
  t.equal(stream.isComplete, true)
  t.equal(stream.uploadId, undefined)
  if (!stream.closed) await once(stream, 'close')
  t.strictSame(stream.outcome, { state: 'stored', uploadId: undefined, isResumable: false })
})

t.test('a writer that is not waited for is held up by the requests', async (t) => {
  for (const writeSize of [65_536, 24 * MIB]) {
    const vault = new MemoryVault()
    const never = gate()
    vault.before = ({ operation }) => (operation === 'uploadPart' ? never.opened : undefined)
    const stream = streamTo(vault, { memory: 8 * MIB })
    let written = 0
    const source = (function* () {
      for (; written < 24 * MIB; written += writeSize) yield Buffer.alloc(writeSize)
    })()
    const writing = pipeline(Readable.from(source), stream)
    await settled(300)
    t.equal(vault.underWay, 5, 'one part is reserved to keep the upload alive')
    t.ok(written <= 9 * MIB + writeSize, `${written} bytes were taken in writes of ${writeSize}`)
    stream.abort()
    await t.rejects(writing, { name: 'AbortError' })
  }
  const stream = streamTo(new MemoryVault())
  t.equal(stream.write(Buffer.alloc(10)), false, 'the buffer is in use until `drain`')
  await once(stream, 'drain')
  stream.destroy()
})

t.test('a failure of the service has the upload ID, and is emitted once', async (t) => {
  for (const onFailure of ['keep', 'abort'] as const) {
    const vault = new MemoryVault()
    vault.before = ({ operation }) => {
      if (operation === 'uploadPart') throw reset
    }
    const stream = streamTo(vault, { onFailure, retryFor: 0 })
    const errors: Error[] = []
    stream.on('error', (error) => errors.push(error))
    const failing = failure(stream)
    stream.write(patternBytes(5 * MIB))
    await failing
    t.match(errors, [
      { code: 'ERR_UPLOAD_FAILED', uploadId: 'upload-1', kept: onFailure === 'keep', cause: reset },
    ])
    t.equal(errors.length, 1)
    t.equal(stream.uploadId, onFailure === 'keep' ? 'upload-1' : undefined)
    t.equal(vault.uploads.size, onFailure === 'keep' ? 1 : 0)
    t.match(stream.outcome, { state: onFailure === 'keep' ? 'kept' : 'aborted' })
  }
})

t.test('a failure at the end is the error of the end', async (t) => {
  const vault = new MemoryVault()
  vault.before = ({ operation }) => {
    if (operation === 'uploadArchive') throw reset
  }
  const stream = streamTo(vault, { retryFor: 0 })
  stream.end(Buffer.alloc(5))
  await t.rejects(finished(stream), { code: 'ERR_CONNECTION' })
})

t.test('what is no bytes is a TypeError of the stream, and so is text that was decoded', async (t) => {
  const wrong = streamTo(new MemoryVault())
  const callbacks: unknown[] = []
  wrong.write({}, (error) => callbacks.push(error))
  wrong.write(Buffer.alloc(1), (error) => callbacks.push(error))
  await t.rejects(finished(wrong), { name: 'TypeError', message: /A chunk must be/ })
  await settled()
  t.match(callbacks, [{ name: 'TypeError' }, Error], 'no write is confirmed')
  const decoded = Readable.from([Buffer.from('ä')]).setEncoding('utf8')
  await t.rejects(pipeline(decoded, streamTo(new MemoryVault())), {
    name: 'TypeError',
    message: /decodes its bytes/,
  })
  const stream = streamTo(new MemoryVault())
  const left = patternSource(10, 5)
  left.pipe(stream)
  left.unpipe(stream)
  left.setEncoding('utf8')
  stream.end('ä')
  await finished(stream)
  t.equal(stream.archives[0]?.size, 2, 'a source that was unpiped does not count')
})

t.test('an abort carries the upload ID, whoever aborts', async (t) => {
  for (const way of ['the signal', 'abort()']) {
    const vault = new MemoryVault()
    const aborting = new AbortController()
    const stream = streamTo(vault, { signal: aborting.signal })
    stream.write(patternBytes(3 * MIB))
    await once(stream, 'part')
    if (way === 'abort()') stream.abort('enough')
    else aborting.abort('enough')
    const error: unknown = await finished(stream).catch((thrown: unknown) => thrown)
    t.ok(error instanceof AbortError && error instanceof GlacierPipeError, way)
    t.match(error, { code: 'ABORT_ERR', uploadId: 'upload-1', cause: 'enough' })
  }
  const stream = streamTo(new MemoryVault(), { signal: AbortSignal.abort() })
  await t.rejects(finished(stream), { name: 'AbortError', uploadId: undefined })
})

t.test('destroyed, it does with the upload what it was told to, and waits until that is done', async (t) => {
  for (const onFailure of ['keep', 'abort'] as const) {
    for (const reason of [undefined, new Error('why')]) {
      const vault = new MemoryVault()
      const stream = streamTo(vault, { onFailure })
      stream.write(patternBytes(3 * MIB))
      await once(stream, 'part')
      const errors: Error[] = []
      stream.on('error', (error) => errors.push(error))
      stream.destroy(reason)
      await failure(stream)
      t.equal(errors.length, reason ? 1 : 0)
      if (reason) t.match(errors[0], { code: 'ERR_UPLOAD_FAILED', cause: reason, uploadId: 'upload-1' })
      t.equal(vault.uploads.size, onFailure === 'keep' ? 1 : 0)
    }
  }
  const left = new MemoryVault()
  let scoped: ArchiveStream
  {
    await using stream = streamTo(left)
    scoped = stream
    stream.write(patternBytes(3 * MIB))
    await once(stream, 'part')
  }
  t.match(scoped.outcome, { state: 'kept', uploadId: 'upload-1' }, 'leaving its scope fails nothing')
  const vault = new MemoryVault()
  {
    await using stream = streamTo(vault)
    stream.end(Buffer.alloc(9))
    await finished(stream)
  }
  t.equal(vault.archives.size, 1)
})

t.test('an error of a listener fails it', async (t) => {
  const stream = streamTo(new MemoryVault())
  stream.on('part', () => {
    throw new Error('of the listener')
  })
  stream.end(Buffer.alloc(9))
  await t.rejects(finished(stream), {
    code: 'ERR_LISTENER',
    archiveId: 'archive-1',
    cause: { message: 'of the listener' },
  })
  t.equal(stream.isComplete, true)
})
