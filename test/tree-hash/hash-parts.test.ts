import { createHash } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import {
  hashParts,
  PartHasher,
  type HashedPart,
  type HashPartsOptions,
} from '../../lib/tree-hash/hash-parts.js'
import type { HashPool } from '../../lib/tree-hash/hash-pool.js'
import type { PartHashKinds } from '../../lib/tree-hash/part-checksums.js'
import { computeChecksums } from '../../lib/tree-hash/tree-hash.js'
import { forEachLeafYielding } from '../../lib/tree-hash/yielding.js'
import { MIB } from '../../lib/sizes.js'
import { settled } from '../helpers/gate.js'
import { patternBytes } from '../helpers/pattern-source.js'

async function hashed(parts: Uint8Array[], options: HashPartsOptions = {}): Promise<HashedPart[]> {
  const found: HashedPart[] = []
  for await (const part of Readable.from(parts).pipe(hashParts(options))) found.push(part as HashedPart)
  return found
}

t.test(
  'each part gets its byte range and both hashes, and its bytes are passed on without a copy',
  async (t) => {
    const parts = [4 * MIB, 4 * MIB, MIB + 1, MIB, 1].map((size, i) => patternBytes(size, i))
    let start = 0
    const expected = parts.map((bytes, index) => {
      const part = { index, start, end: start + bytes.length, ...computeChecksums(bytes) }
      start = part.end
      return part
    })
    const found = await hashed(parts)
    t.match(found, expected)
    for (const [i, { bytes }] of found.entries()) t.equal(bytes, parts[i])
  },
)

t.test('without a tree hash, a part has only SHA-256 of its bytes', async (t) => {
  for (const hashThreads of [0, 1, 2]) {
    const parts = [3 * MIB, MIB, 3 * MIB, 1].map((size, i) => {
      const bytes = new Uint8Array(new SharedArrayBuffer(size))
      bytes.set(patternBytes(size, i))
      return bytes
    })
    const found = await hashed(parts, { hashes: 'linear', hashThreads })
    t.strictSame(
      found.map(({ index, linearHash, treeHash }) => ({ index, linearHash, treeHash })),
      parts.map((bytes, index) => ({
        index,
        linearHash: createHash('sha256').update(bytes).digest('hex'),
        treeHash: undefined,
      })),
      `${hashThreads} threads`,
    )
  }
})

t.test('an empty part is left out', async (t) => {
  t.match(await hashed([Buffer.alloc(3), Buffer.alloc(0), Buffer.alloc(2)]), [
    { index: 0, start: 0, end: 3 },
    { index: 1, start: 3, end: 5 },
  ])
})

t.test('a chunk that is not bytes is refused', async (t) => {
  await t.rejects(hashed(['text' as unknown as Uint8Array]), { name: 'TypeError', message: /not 'text'/ })
})

t.test('one part is held while nobody reads', async (t) => {
  let taken = 0
  const source = new Readable({
    objectMode: true,
    highWaterMark: 1,
    read() {
      taken++
      this.push(Buffer.alloc(2 * MIB))
    },
  })
  const stage = source.pipe(hashParts())
  const sink = stage.pipe(new PassThrough({ objectMode: true, highWaterMark: 1 }))
  await settled(60)
  // Held in the end: one that waits in the sink, one in the stage, one the source had ready.
  t.ok(taken <= 5, `${taken} parts were taken`)
  sink.destroy()
  stage.destroy()
  source.destroy()
})

t.test(
  'a long part lets the event loop turn, and stops being hashed when the stage is destroyed',
  async (t) => {
    let turns = 0
    let counting = true
    const count = (): void => {
      turns++
      if (counting) setImmediate(count)
    }
    setImmediate(count)
    await hashed([Buffer.alloc(32 * MIB)])
    counting = false
    t.ok(turns >= 31, `the loop turned ${turns} times during 32 MiB`)

    const pieces: number[] = []
    let stopped = false
    await forEachLeafYielding(
      Buffer.alloc(5 * MIB),
      (piece) => {
        pieces.push(piece.length)
        stopped = pieces.length === 2
      },
      () => stopped,
    )
    t.strictSame(pieces, [MIB, MIB])

    const stage = new PartHasher({}, { leafSize: 16 })
    const part = Buffer.alloc(64)
    const subarray = part.subarray.bind(part)
    let leaves = 0
    part.subarray = (start, end) => {
      if (++leaves === 2) stage.destroy()
      return subarray(start, end)
    }
    stage.write(part)
    await settled(2)
    t.equal(leaves, 2, 'the leaves after the end of the stage are not hashed')
    t.equal(stage.read(), null)
  },
)

t.test(
  'workers hash parts of more than one leaf in shared memory, from the second part on, and no others',
  async (t) => {
    const leafSize = 16
    const counts: number[] = []
    const pool: HashPool = {
      take: (count) => {
        counts.push(count)
        return undefined
      },
    }
    const takenFor = async (
      hashThreads: number | undefined,
      parts: Uint8Array[],
      hashes?: PartHashKinds,
    ): Promise<number[]> => {
      counts.length = 0
      const hasher = new PartHasher({ hashes, hashThreads }, { leafSize, pool })
      for await (const part of Readable.from(parts).pipe(hasher)) t.ok(part)
      return [...counts]
    }
    const shared = (size: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(size))
    t.strictSame(await takenFor(3, [shared(64)]), [], 'the first part')
    t.strictSame(await takenFor(3, [shared(1), shared(16), shared(1)]), [], 'parts of one leaf')
    t.strictSame(await takenFor(3, [shared(1), shared(17), shared(64)]), [3, 3])
    t.strictSame(await takenFor(undefined, [shared(1), shared(17)]), [2], 'the default')
    t.strictSame(await takenFor(3, [shared(1), shared(17)], 'linear'), [1], 'one hash, by one thread')
    t.strictSame(await takenFor(0, [shared(1), shared(17)]), [], 'no threads')
    t.strictSame(await takenFor(3, [shared(1), Buffer.alloc(17)]), [], 'memory that is not shared')
  },
)
