import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { hashParts } from '../../lib/tree-hash/hash-parts.js'
import { rechunk } from '../../lib/stages/rechunk.js'
import { MIB } from '../../lib/sizes.js'
import { gate, settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { failure, partsOf, recordingJournal, reset, send, writerTo } from '../helpers/uploads.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

t.test('a part that fails ends the others, keeps the upload and says which', async (t) => {
  const vault = new MemoryVault()
  const never = gate()
  const signals: (AbortSignal | undefined)[] = []
  vault.before = ({ operation, range, signal }) => {
    if (operation !== 'uploadPart') return undefined
    signals.push(signal)
    if (range?.start === MIB) throw new Error('no luck')
    return never.opened
  }
  const writer = writerTo(vault)
  await t.rejects(send(patternBytes(4 * MIB), writer), {
    name: 'UploadFailedError',
    code: 'ERR_UPLOAD_FAILED',
    uploadId: 'upload-1',
    kept: true,
    cause: { message: 'no luck' },
    message: /no luck\. The upload is kept: its ID is upload-1/,
  })
  t.equal(writer.uploadId, 'upload-1')
  t.ok(vault.uploads.has('upload-1'))
  t.notOk(vault.operations.includes('completeUpload'))
  t.ok(
    signals.every((signal) => signal?.aborted),
    'the other requests were told to stop',
  )
  t.equal(vault.underWay, 0, 'and had, when the error was told')
})

t.test('where asked to, a failure aborts the upload, unless that fails too', async (t) => {
  for (const abortFails of [false, true]) {
    const vault = new MemoryVault()
    vault.before = ({ operation }) => {
      if (operation === 'uploadPart' || (operation === 'abortUpload' && abortFails))
        throw new Error('no luck')
    }
    const writer = writerTo(vault, { onFailure: 'abort' })
    await t.rejects(send(patternBytes(3 * MIB), writer), { code: 'ERR_UPLOAD_FAILED', kept: abortFails })
    t.equal(vault.operations.at(-1), 'abortUpload')
    t.equal(vault.uploads.size, abortFails ? 1 : 0)
    t.equal(writer.uploadId, abortFails ? 'upload-1' : undefined)
  }
})

t.test('an upload is never aborted once completion was sent', async (t) => {
  const vault = new MemoryVault()
  vault.before = ({ operation }) => {
    if (operation === 'completeUpload') throw new Error('the answer was lost')
  }
  await t.rejects(send(patternBytes(3 * MIB), writerTo(vault, { onFailure: 'abort' })), {
    code: 'ERR_UPLOAD_FAILED',
    kept: true,
  })
  t.notOk(vault.operations.includes('abortUpload'))
})

t.test('a failed initiation leaves nothing', async (t) => {
  const vault = new MemoryVault()
  vault.before = ({ operation }) => {
    if (operation === 'initiateUpload') throw new Error('no such vault')
  }
  const writer = writerTo(vault)
  await t.rejects(send(patternBytes(3 * MIB), writer), { message: 'no such vault' })
  t.equal(writer.uploadId, undefined)
})

t.test('the signal ends it in any state', async (t) => {
  const states: Record<string, (vault: MemoryVault) => void> = {
    'while it initiates': (vault) => {
      holdUp(vault, 'initiateUpload')
    },
    'while parts are sent': (vault) => {
      holdUp(vault, 'uploadPart')
    },
    'while it completes': (vault) => {
      holdUp(vault, 'completeUpload')
    },
  }
  for (const [when, arrange] of Object.entries(states)) {
    const vault = new MemoryVault()
    arrange(vault)
    const aborting = new AbortController()
    const writer = writerTo(vault, { signal: aborting.signal })
    const done = send(patternBytes(3 * MIB), writer)
    await settled(60)
    aborting.abort(new Error('enough'))
    await t.rejects(done, { name: 'AbortError', code: 'ABORT_ERR', cause: { message: 'enough' } }, when)
    t.equal(vault.underWay, 0, 'no request is left')
  }
  const vault = new MemoryVault()
  const writer = writerTo(vault, { signal: AbortSignal.abort(new Error('before')) })
  t.match(await failure(writer), { name: 'AbortError', cause: { message: 'before' } }, 'before it begins')
  t.strictSame(vault.calls, [])
})

t.test('destroyed while it initiates, it still knows the upload that was made', async (t) => {
  const vault = new MemoryVault()
  const hold = gate()
  vault.initiateUpload = async () => {
    await hold.opened
    return { uploadId: 'made anyway', location: undefined }
  }
  const writer = writerTo(vault)
  const failed = failure(writer)
  for (const part of await partsOf(patternBytes(2 * MIB))) writer.write(part)
  await settled()
  writer.destroy(new Error('enough'))
  await settled()
  hold.open()
  t.match(await failed, {
    code: 'ERR_UPLOAD_FAILED',
    uploadId: 'made anyway',
    kept: true,
    cause: { message: 'enough' },
  })
})

t.test('a client that ends the writer while its request is made leaves no upload behind', async (t) => {
  for (const onFailure of ['keep', 'abort'] as const) {
    const vault = new MemoryVault()
    const writer = writerTo(vault, { onFailure })
    vault.before = ({ operation }) => {
      if (operation === 'initiateUpload') writer.abort()
    }
    const isKept = onFailure === 'keep'
    await t.rejects(send(patternBytes(2 * MIB), writer), { name: 'AbortError' })
    t.equal(writer.uploadId, isKept ? 'upload-1' : undefined)
    t.equal(vault.uploads.size, isKept ? 1 : 0)
  }
})

t.test('destroyed without an error it ends its requests and tells none', async (t) => {
  const vault = new MemoryVault()
  holdUp(vault, 'uploadPart')
  const writer = writerTo(vault)
  const failed = failure(writer)
  for (const part of await partsOf(patternBytes(2 * MIB))) writer.write(part)
  await settled()
  writer.destroy()
  t.equal(await failed, undefined)
  t.equal(vault.underWay, 0)
})

t.test('destroyed without an error it keeps or aborts the upload, as asked', async (t) => {
  for (const onFailure of ['keep', 'abort'] as const) {
    const vault = new MemoryVault()
    holdUp(vault, 'uploadPart')
    const notes = recordingJournal()
    const writer = writerTo(vault, { onFailure, journal: notes })
    const failed = failure(writer)
    for (const part of await partsOf(patternBytes(2 * MIB))) writer.write(part)
    await settled()
    writer.destroy()
    t.equal(await failed, undefined, 'no error is told')
    const isKept = onFailure === 'keep'
    t.equal(vault.uploads.has('upload-1'), isKept)
    t.equal(writer.uploadId, isKept ? 'upload-1' : undefined)
    t.strictSame(notes.types, isKept ? ['begun'] : ['begun', 'aborted'])
  }
})

t.test(
  'destroyed without an error before it begins, or once completion was sent, it aborts nothing',
  async (t) => {
    for (const [size, held] of [
      [MIB, 'none'],
      [3 * MIB, 'completeUpload'],
    ] as const) {
      const vault = new MemoryVault()
      holdUp(vault, held)
      const clock = new VirtualClock(false)
      const notes = recordingJournal()
      const writer = writerTo(vault, { onFailure: 'abort', journal: notes, clock })
      const failed = failure(writer)
      for (const part of await partsOf(patternBytes(size))) writer.write(part)
      if (held === 'completeUpload') writer.end()
      await settled(60)
      writer.destroy()
      await settled()
      clock.wake()
      t.equal(await failed, undefined)
      t.notOk(vault.operations.includes('abortUpload'))
      t.notOk(notes.types.includes('aborted'))
    }
  },
)

t.test('a writer that has finished aborts nothing, destroyed by itself or by hand', async (t) => {
  const vault = new MemoryVault()
  const writer = writerTo(vault, { onFailure: 'abort' })
  await send(patternBytes(3 * MIB), writer)
  writer.destroy()
  await writer[Symbol.asyncDispose]()
  t.equal(writer.archives.length, 1)
  t.notOk(vault.operations.includes('abortUpload'))
})

t.test('whatever ends the pipeline aborts the upload where that is asked for', async (t) => {
  const endings: Record<string, (source: Readable, aborting: AbortController) => void> = {
    'an error of the source': (source) => source.destroy(new Error('disk read error')),
    'a source that closes early': (source) => source.destroy(),
    'the signal': (_source, aborting) => {
      aborting.abort()
    },
  }
  for (const [what, end] of Object.entries(endings)) {
    const vault = new MemoryVault()
    const aborting = new AbortController()
    const source = new Readable({ read: () => undefined })
    source.push(patternBytes(3 * MIB))
    const writer = writerTo(vault, { onFailure: 'abort', signal: aborting.signal })
    const sending = pipeline(source, rechunk(MIB), hashParts(), writer)
    while (vault.uploads.size === 0) await settled(1)
    end(source, aborting)
    await t.rejects(sending, what)
    if (!writer.closed) await new Promise((resolve) => writer.once('close', resolve))
    t.equal(vault.operations.at(-1), 'abortUpload', what)
    t.equal(writer.uploadId, undefined)
  }
})

t.test('an upload that is begun while the writer is destroyed is known, and aborted or kept', async (t) => {
  for (const onFailure of ['abort', 'keep'] as const) {
    const vault = new MemoryVault()
    const held = gate()
    const initiateUpload = vault.initiateUpload.bind(vault)
    vault.initiateUpload = async (request) => {
      const begun = await initiateUpload(request)
      await held.opened // the service has carried it out, and answers late
      request.signal?.throwIfAborted()
      return begun
    }
    const writer = writerTo(vault, { onFailure })
    for (const part of await partsOf(patternBytes(2 * MIB))) writer.write(part)
    while (vault.uploads.size === 0) await settled(1)
    writer.destroy()
    held.open()
    await new Promise((resolve) => writer.once('close', resolve))
    t.equal(writer.uploadId, onFailure === 'keep' ? 'upload-1' : undefined)
    t.equal(vault.uploads.size, onFailure === 'keep' ? 1 : 0)
  }
})

t.test('leaving the scope of a writer destroys it', async (t) => {
  const vault = new MemoryVault()
  holdUp(vault, 'uploadPart')
  {
    await using writer = writerTo(vault, { onFailure: 'abort' })
    for (const part of await partsOf(patternBytes(2 * MIB))) writer.write(part)
    await settled()
  }
  t.equal(vault.operations.at(-1), 'abortUpload')
  t.equal(vault.underWay, 0)
})

t.test('destroyed between the first part and the second it sends nothing more', async (t) => {
  const vault = new MemoryVault()
  const hold = gate()
  vault.before = ({ operation }) => (operation === 'uploadPart' ? hold.opened : undefined)
  const writer = writerTo(vault, { concurrency: 1 })
  const failed = failure(writer)
  for (const part of await partsOf(patternBytes(2 * MIB))) writer.write(part)
  await settled()
  t.strictSame(vault.operations, ['initiateUpload', 'uploadPart'])
  writer.destroy(new Error('enough'))
  t.match(await failed, { code: 'ERR_UPLOAD_FAILED' })
  t.strictSame(vault.operations, ['initiateUpload', 'uploadPart'])
})

t.test('an error of the source keeps the upload, whose ID the writer tells', async (t) => {
  const vault = new MemoryVault()
  async function* source(): AsyncGenerator<Buffer> {
    yield patternBytes(3 * MIB)
    await settled()
    throw new Error('disk read error')
  }
  const writer = writerTo(vault)
  await t.rejects(pipeline(source(), rechunk(MIB), hashParts(), writer), { message: 'disk read error' })
  if (!writer.closed) await new Promise((resolve) => writer.once('close', resolve))
  t.equal(writer.uploadId, 'upload-1')
})

t.test('an abort that is not answered is not waited for long', async (t) => {
  const vault = new MemoryVault()
  const clock = new VirtualClock(false)
  const never = gate()
  const asked = gate()
  vault.before = ({ operation }) => {
    if (operation === 'uploadPart') throw new TypeError('no luck')
    if (operation !== 'abortUpload') return undefined
    asked.open()
    return never.opened
  }
  const sending = send(patternBytes(3 * MIB), writerTo(vault, { clock, onFailure: 'abort' }))
  await asked.opened
  clock.wake()
  await t.rejects(sending, { code: 'ERR_UPLOAD_FAILED', kept: true })
  t.equal(clock.sleeping, 0)
})

t.test('an answer on its way when the writer is destroyed is waited for, but not for long', async (t) => {
  for (const [size, operation] of [
    [5, 'uploadArchive'],
    [3 * MIB, 'completeUpload'],
  ] as const) {
    for (const comes of [true, false]) {
      const vault = new MemoryVault()
      const clock = new VirtualClock(false)
      const hold = gate()
      const sent = gate()
      vault.before = (call) => {
        if (call.operation !== operation) return undefined
        sent.open()
        return hold.opened
      }
      const notes = recordingJournal()
      const writer = writerTo(vault, { clock, journal: notes })
      const sending = send(patternBytes(size), writer)
      await sent.opened
      writer.destroy(new Error('enough'))
      await settled()
      t.equal(writer.closed, false, 'it waits')
      if (comes) hold.open()
      else clock.wake()
      await t.rejects(sending)
      if (!writer.closed) await new Promise((resolve) => writer.once('close', resolve))
      t.equal(writer.archives.length, comes ? 1 : 0)
      t.equal(writer.isComplete, comes)
      t.equal(clock.sleeping, 0, 'no timer is left')
      t.equal(vault.underWay, 0)
      const last = notes.notes.at(-1)?.[0]
      t.equal(last, comes ? 'stored' : size === 5 ? 'sending' : 'completing')
    }
  }
})

t.test('the signals of requests that are ended have the error of the writer as their reason', async (t) => {
  for (const [size, operation] of [
    [2 * MIB, 'uploadPart'],
    [2 * MIB, 'completeUpload'],
    [5, 'uploadArchive'],
  ] as const) {
    const vault = new MemoryVault()
    const clock = new VirtualClock(false)
    const never = gate()
    const sent = gate()
    let ending: AbortSignal | undefined
    vault.before = (call) => {
      if (call.operation !== operation) return undefined
      ending = call.signal
      sent.open()
      return never.opened
    }
    const writer = writerTo(vault, { clock })
    const ended = t.rejects(send(patternBytes(size), writer))
    await sent.opened
    const error = new Error('enough')
    writer.destroy(error)
    await settled()
    clock.wake()
    await ended
    t.equal(ending?.reason, error, operation)
  }
})

t.test('a writer that is destroyed during a pause ends at once', async (t) => {
  const vault = new MemoryVault()
  const clock = new VirtualClock(false)
  vault.before = () => {
    throw reset
  }
  const writer = writerTo(vault, { clock })
  const sending = send(patternBytes(3 * MIB), writer)
  while (clock.sleeping === 0) await settled(1)
  writer.destroy(new Error('enough'))
  await t.rejects(sending)
  t.equal(clock.sleeping, 0)
})

t.test('what becomes of a failed upload is keep or abort', async (t) => {
  t.throws(() => writerTo(new MemoryVault(), { onFailure: 'leave' as 'keep' }), {
    name: 'RangeError',
    message: /'keep' or 'abort', not 'leave'/,
  })
  t.throws(() => writerTo(new MemoryVault(), { limitRate: 0 }), { name: 'RangeError' })
})

function holdUp(vault: MemoryVault, held: string): void {
  const never = gate()
  vault.before = ({ operation }) => (operation === held ? never.opened : undefined)
}
