import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { ServiceError } from '../../lib/errors.js'
import { rechunk } from '../../lib/stages/rechunk.js'
import { hashParts, type HashedPart } from '../../lib/tree-hash/hash-parts.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { archiveWriter } from '../../lib/vault/archive-writer.js'
import type { SendLimit } from '../../lib/store/archive-store.js'
import { MIB } from '../../lib/sizes.js'
import { gate, settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { partsOf, send, vaultName, writerTo } from '../helpers/uploads.js'

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
    t.match(archive, { vaultName, size, parts, partSize: MIB, hash: treeHashOf(bytes) }, `${size} bytes`)
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
    hash: treeHashOf(bytes.subarray(start, end)),
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
      hash: treeHashOf(bytes),
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
  t.match(writer.plan, { partSize: MIB, memory: 5 * MIB, concurrency: 2 })
  const done = send(patternBytes(9 * MIB), writer)
  await settled(60)
  t.equal(vault.underWay, 2)
  hold.open()
  await done
  t.equal(vault.mostUnderWay, 2)
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
  t.equal(writer.archives[0]?.hash, treeHashOf(bytes))
})

t.test('a wrong tree hash in an answer is an error, of a part, of a whole and of an archive', async (t) => {
  const wrong = 'f'.repeat(64)
  const part = new MemoryVault()
  part.uploadPart = async () => wrong
  await t.rejects(send(patternBytes(3 * MIB), writerTo(part)), {
    code: 'ERR_UPLOAD_FAILED',
    cause: {
      code: 'ERR_HASH_MISMATCH',
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
    code: 'ERR_HASH_MISMATCH',
    scope: 'archive',
    expected: treeHashOf(bytes),
    actual: wrong,
  })
  const archive = new MemoryVault()
  archive.completeUpload = async () => stored
  const writer = writerTo(archive)
  await t.rejects(send(patternBytes(3 * MIB), writer), { code: 'ERR_HASH_MISMATCH', scope: 'archive' })
  t.strictSame(writer.archives, [])
  t.equal(writer.uploadId, undefined, 'the upload is an archive now, although a wrong one')
})

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

t.test('a vault gets the tree hashes also of parts that come without them', async (t) => {
  const bytes = patternBytes(5 * MIB + 1)
  const vault = new MemoryVault()
  const writer = writerTo(vault, { partSize: 2 * MIB })
  t.equal(writer.partHashes, 'both')
  await pipeline(Readable.from([bytes]), rechunk(2 * MIB), hashParts({ hashes: 'linear' }), writer)
  t.match(writer.archives, [{ hash: treeHashOf(bytes), parts: 3 }])
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

t.test('retries are told, and a part that arrives damaged is sent again from the same bytes', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const vault = new MemoryVault()
  const uploadPart = vault.uploadPart.bind(vault)
  let wrong = 3
  vault.uploadPart = async (request) => {
    const found = await uploadPart(request)
    return request.range.start === MIB && wrong-- > 0 ? 'f'.repeat(64) : found
  }
  const writer = writerTo(vault)
  const told: number[] = []
  writer.on('retry', ({ attempts }) => told.push(attempts))
  await send(bytes, writer)
  t.strictSame(told, [1, 2, 3])
  t.ok(vault.archives.get(writer.archives[0]?.archiveId ?? '')?.equals(bytes))
})

t.test('fewer are sent at once while the service is overrun, and it shows in what is told', async (t) => {
  const vault = new MemoryVault()
  let slow = 3
  vault.before = ({ operation }) => {
    if (operation === 'uploadPart' && slow-- > 0)
      throw new ServiceError('slow', { operation: 'X', serviceCode: 'RequestTimeoutException', status: 408 })
  }
  const writer = writerTo(vault, { concurrency: 8 })
  const concurrency: number[] = []
  writer.on('part', (part) => concurrency.push(part.concurrency))
  await send(patternBytes(40 * MIB), writer)
  t.ok(Math.min(...concurrency) < 8)
  t.ok((concurrency.at(-1) ?? 0) > Math.min(...concurrency), 'and more again')
})

t.test('wrong options are refused at once', async (t) => {
  const vault = new MemoryVault()
  t.throws(() => archiveWriter({ client: vault, vaultName: '' }), {
    name: 'RangeError',
    message: /vaultName/,
  })
  t.throws(() => archiveWriter({ client: vault, vaultName: 7 as unknown as string }), { name: 'TypeError' })
  t.throws(() => writerTo(vault, { partSize: 3 * MIB }), { name: 'RangeError', message: /3145728/ })
  t.throws(() => writerTo(vault, { description: 'x'.repeat(1025) }), { name: 'RangeError', message: /1025/ })
  t.equal(archiveWriter({ client: vault, vaultName }).plan.partSize, 16 * MIB, 'the default')
})

t.test('it is a Writable to the type checker and to Node', async (t) => {
  const writer: NodeJS.WritableStream & Writable = writerTo(new MemoryVault())
  t.equal(writer.writableObjectMode, true)
  writer.destroy()
})

t.test('all parts are sent at the rate that is asked for, and at any where none is', async (t) => {
  for (const [limitRate, chunkSize] of [
    [20_000, 1000],
    [undefined, undefined],
  ] as const) {
    const vault = new MemoryVault()
    const limits = new Set<unknown>()
    const uploadPart = vault.uploadPart.bind(vault)
    vault.uploadPart = (request) => {
      limits.add(request.sendLimit)
      return uploadPart(request)
    }
    await send(patternBytes(3 * MIB), writerTo(vault, { limitRate }))
    const [limit, ...others] = limits
    t.equal((limit as SendLimit | undefined)?.chunkSize, chunkSize)
    t.strictSame(others, [], 'one for all')
  }
})
