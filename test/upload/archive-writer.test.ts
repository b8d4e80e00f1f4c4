import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { hashParts, type HashedPart } from '../../lib/tree-hash/hash-parts.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { archiveWriter, type ArchiveWriter } from '../../lib/upload/archive-writer.js'
import type { ArchiveWriterOptions } from '../../lib/upload/writer-options.js'
import { rechunk } from '../../lib/upload/rechunk.js'
import { gate, settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { VirtualClock } from '../helpers/virtual-clock.js'
import { patternBytes } from '../helpers/pattern-source.js'

const MIB = 1_048_576
const vaultName = 'backups'

function writerTo(vault: MemoryVault, options: Partial<ArchiveWriterOptions> = {}): ArchiveWriter {
  return archiveWriter(vault, { vaultName, partSize: MIB, clock: new VirtualClock(), ...options })
}

/** Sends bytes the usual way. */
function send(bytes: Uint8Array, writer: ArchiveWriter): Promise<void> {
  return pipeline(Readable.from([bytes]), rechunk(MIB), hashParts(), writer)
}

/** The parts of some bytes, hashed. */
async function partsOf(bytes: Uint8Array, size = MIB): Promise<HashedPart[]> {
  const parts: HashedPart[] = []
  for await (const part of Readable.from([bytes]).pipe(rechunk(size)).pipe(hashParts()))
    parts.push(part as HashedPart)
  return parts
}

/** What a writer is destroyed with, once it has closed. */
function failure(writer: ArchiveWriter): Promise<Error | undefined> {
  return new Promise((resolve) => {
    let error: Error | undefined
    writer.once('error', (found: Error) => (error = found))
    writer.once('close', () => {
      resolve(error)
    })
  })
}

t.test('any number of bytes becomes the archive they are, with no part too many', async (t) => {
  for (const [size, parts] of [
    [1, 1],
    [MIB - 1, 1],
    [MIB, 1],
    [MIB + 1, 2],
    [2 * MIB - 1, 2],
    [2 * MIB, 2],
    [2 * MIB + 1, 3],
    [13 * MIB, 13],
  ] as const) {
    const vault = new MemoryVault()
    const writer = writerTo(vault)
    const bytes = patternBytes(size)
    await send(bytes, writer)
    const [archive] = writer.archives
    t.match(archive, { vaultName, size, parts, partSize: MIB, treeHash: treeHashOf(bytes) }, `${size} bytes`)
    t.ok(vault.archives.get(archive?.archiveId ?? '')?.equals(bytes), `${size} bytes arrived as they are`)
    t.equal(vault.uploads.size, 0, 'no upload is left open')
    t.equal(writer.uploadId, undefined)
    const requests =
      parts === 1
        ? ['uploadArchive']
        : ['initiateUpload', ...Array<string>(parts).fill('uploadPart'), 'completeUpload']
    t.strictSame(vault.operations, requests)
  }
})

t.test('an empty source is refused before any request', async (t) => {
  const vault = new MemoryVault()
  await t.rejects(send(Buffer.alloc(0), writerTo(vault)), {
    name: 'EmptyArchiveError',
    code: 'ERR_EMPTY_ARCHIVE',
  })
  t.strictSame(vault.calls, [])
})

t.test('it tells of the upload, of each part and of the archive', async (t) => {
  const vault = new MemoryVault()
  const writer = writerTo(vault, { description: 'Größe', accountId: '123456789012' })
  const told: unknown[] = []
  writer.on('initiated', (uploadId) => told.push(uploadId))
  writer.on('part', (part) => told.push(part))
  writer.once('archive', (archive) => told.push(archive))
  const bytes = patternBytes(2 * MIB + 5)
  await send(bytes, writer)
  const part = (index: number, start: number, end: number): object => ({
    index,
    start,
    end,
    treeHash: treeHashOf(bytes.subarray(start, end)),
    skipped: false,
    concurrency: 8,
  })
  t.strictSame(told, [
    'upload-1',
    part(0, 0, MIB),
    part(1, MIB, 2 * MIB),
    part(2, 2 * MIB, 2 * MIB + 5),
    {
      archiveId: 'archive-2',
      vaultName,
      size: bytes.length,
      treeHash: treeHashOf(bytes),
      partSize: MIB,
      parts: 3,
      description: '{"Path":"Gr\\u00f6\\u00dfe"}',
      location: '/here/archive-2',
      volume: 1,
      firstVolume: undefined,
    },
  ])
  t.match(vault.calls[0], {
    partSize: MIB,
    description: '{"Path":"Gr\\u00f6\\u00dfe"}',
    accountId: '123456789012',
  })
})

t.test(
  'no more requests are under way than asked for, and no more parts taken than can be sent',
  async (t) => {
    for (const concurrency of [1, 2, 3, 8]) {
      const vault = new MemoryVault()
      const hold = gate()
      vault.before = ({ operation }) => (operation === 'uploadPart' ? hold.opened : undefined)
      const writer = writerTo(vault, { concurrency })
      let taken = 0
      const parts = await partsOf(patternBytes(12 * MIB))
      const source = new Readable({
        objectMode: true,
        highWaterMark: 1,
        read() {
          this.push(parts[taken++] ?? null)
        },
      })
      const done = pipeline(source, writer)
      await settled()
      t.equal(vault.underWay, concurrency)
      // Besides those under way: one in the source, one handed to the writer that waits.
      t.ok(taken <= concurrency + 3, `${taken} parts were taken with ${concurrency} under way`)
      hold.open()
      await done
      t.equal(vault.mostUnderWay, concurrency)
      t.equal(writer.archives[0]?.parts, 12)
    }
  },
)

t.test('the memory budget bounds the requests under way', async (t) => {
  const vault = new MemoryVault()
  const hold = gate()
  vault.before = ({ operation }) => (operation === 'uploadPart' ? hold.opened : undefined)
  const writer = writerTo(vault, { memory: 5 * MIB })
  t.match(writer.plan, { partSize: MIB, memory: 5 * MIB, concurrency: 3 })
  const done = send(patternBytes(9 * MIB), writer)
  await settled(60)
  t.equal(vault.underWay, 3)
  hold.open()
  await done
  t.equal(vault.mostUnderWay, 3)
})

t.test('parts that end in any order make the same archive', async (t) => {
  const vault = new MemoryVault()
  const gates = Array.from({ length: 6 }, gate)
  vault.before = ({ operation, range }) =>
    operation === 'uploadPart' ? gates[(range?.start ?? 0) / MIB]?.opened : undefined
  const writer = writerTo(vault)
  const order: number[] = []
  writer.on('part', ({ index }) => {
    order.push(index)
    gates[index - 1]?.open()
  })
  const bytes = patternBytes(6 * MIB)
  const done = send(bytes, writer)
  await settled(60)
  gates[5]?.open()
  await done
  t.strictSame(order, [5, 4, 3, 2, 1, 0])
  t.equal(writer.archives[0]?.treeHash, treeHashOf(bytes))
})

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

t.test('a wrong tree hash in an answer is an error, of a part, of a whole and of an archive', async (t) => {
  const wrong = 'f'.repeat(64)
  const part = new MemoryVault()
  part.uploadPart = async () => wrong
  await t.rejects(send(patternBytes(3 * MIB), writerTo(part)), {
    code: 'ERR_UPLOAD_FAILED',
    cause: {
      code: 'ERR_TREE_HASH_MISMATCH',
      scope: 'part',
      actual: wrong,
      uploadId: 'upload-1',
      message: /the part at bytes 0-1048575/,
    },
  })
  const stored = { archiveId: 'a', location: undefined, treeHash: wrong }
  const whole = new MemoryVault()
  whole.uploadArchive = async () => stored
  const bytes = patternBytes(5)
  await t.rejects(send(bytes, writerTo(whole)), {
    code: 'ERR_TREE_HASH_MISMATCH',
    scope: 'archive',
    expected: treeHashOf(bytes),
    actual: wrong,
  })
  const archive = new MemoryVault()
  archive.completeUpload = async () => stored
  const writer = writerTo(archive)
  await t.rejects(send(patternBytes(3 * MIB), writer), { cause: { code: 'ERR_TREE_HASH_MISMATCH' } })
  t.strictSame(writer.archives, [])
})

t.test(
  'a completion that is answered without a tree hash is a success: the service has checked it',
  async (t) => {
    const vault = new MemoryVault()
    vault.completeUpload = async () => ({ archiveId: 'a', location: undefined, treeHash: undefined })
    const writer = writerTo(vault)
    const bytes = patternBytes(3 * MIB)
    await send(bytes, writer)
    t.match(writer.archives, [{ archiveId: 'a', location: undefined, treeHash: treeHashOf(bytes) }])
  },
)

t.test('parts of other sizes than the part size are refused, naming the part', async (t) => {
  const small = await partsOf(patternBytes(3 * MIB), MIB / 2)
  await t.rejects(pipeline(Readable.from(small), writerTo(new MemoryVault())), {
    name: 'PartBoundaryError',
    code: 'ERR_PART_BOUNDARY',
    index: 0,
    expected: MIB,
    actual: MIB / 2,
  })
  const large = await partsOf(patternBytes(3 * MIB), 2 * MIB)
  await t.rejects(pipeline(Readable.from(large), writerTo(new MemoryVault())), {
    code: 'ERR_PART_BOUNDARY',
    index: 0,
    actual: 2 * MIB,
  })
})

t.test('what is no hashed part is refused, saying what is missing', async (t) => {
  await t.rejects(pipeline(Readable.from([Buffer.alloc(MIB)]), writerTo(new MemoryVault())), {
    name: 'TypeError',
    message: /put hashParts\(\) in front of it/,
  })
})

t.test('part 10,001 is refused before it is sent', async (t) => {
  const vault = new MemoryVault()
  const [part] = await partsOf(Buffer.alloc(MIB))
  vault.uploadPart = async (request) => request.treeHash
  function* parts(): Generator<HashedPart> {
    for (let index = 0; index <= 10_000; index++) {
      yield { ...(part as HashedPart), index, start: index * MIB, end: (index + 1) * MIB }
    }
  }
  await t.rejects(pipeline(Readable.from(parts()), writerTo(vault, { volumes: false })), {
    code: 'ERR_UPLOAD_FAILED',
    cause: { name: 'TooManyPartsError', code: 'ERR_TOO_MANY_PARTS', partSize: MIB, limit: 10_000 },
  })
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

t.test('a listener that throws fails the upload instead of the process', async (t) => {
  for (const event of ['initiated', 'part', 'archive'] as const) {
    const writer = writerTo(new MemoryVault())
    writer.on(event, () => {
      throw new Error('in a listener')
    })
    await t.rejects(send(patternBytes(3 * MIB), writer), /in a listener/, event)
  }
})

t.test('wrong options are refused at once', async (t) => {
  const vault = new MemoryVault()
  t.throws(() => archiveWriter(vault, { vaultName: '' }), { name: 'TypeError', message: /vaultName/ })
  t.throws(() => archiveWriter(vault, { vaultName: 7 as unknown as string }), { name: 'TypeError' })
  t.throws(() => writerTo(vault, { partSize: 3 * MIB }), { name: 'RangeError', message: /3145728/ })
  t.throws(() => writerTo(vault, { description: 'x'.repeat(1025) }), { name: 'RangeError', message: /1025/ })
  t.equal(archiveWriter(vault, { vaultName }).plan.partSize, 16 * MIB, 'the default')
})

t.test('it is a Writable to the type checker and to Node', async (t) => {
  const writer: NodeJS.WritableStream & Writable = writerTo(new MemoryVault())
  t.equal(writer.writableObjectMode, true)
  writer.destroy()
})

function holdUp(vault: MemoryVault, held: string): void {
  const never = gate()
  vault.before = ({ operation }) => (operation === held ? never.opened : undefined)
}
