import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { freemem } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { FileHasher } from '../../lib/tree-hash/file-hasher.js'
import { hashParts, type HashedPart } from '../../lib/tree-hash/hash-parts.js'
import { combineTreeHashes, computeChecksums, TreeHash } from '../../lib/tree-hash/tree-hash.js'
import { PartMemory } from '../../lib/transfer/part-memory.js'
import { readParts } from '../../lib/stages/read-parts.js'
import { rechunk } from '../../lib/stages/rechunk.js'
import { GIB, MIB } from '../../lib/sizes.js'
import { naiveRoot } from '../helpers/naive-tree-hash.js'
import { patternBytes } from '../helpers/pattern-source.js'

// The sizes at which 31 and 32 bits end, against sha256sum and a tree hash that shares nothing with lib.

const SIZES = [2 * GIB - 1, 2 * GIB + 1, 4 * GIB]
const skip = freemem() < 14 * GIB && '14 GiB of free memory are needed'

interface Hashes {
  readonly linearHash: string
  readonly treeHash: string
}

/** 4 GiB no leaf of which is like another. */
function manyBytes(): Buffer {
  const bytes = new PartMemory(4 * GIB).take()
  const leaf = patternBytes(MIB)
  for (let at = 0; at < bytes.length; at += MIB) {
    bytes.set(leaf, at)
    bytes.writeUInt32LE(at / MIB, at)
  }
  return bytes
}

async function expectedOf(bytes: Uint8Array): Promise<Hashes> {
  const sum = spawn('sha256sum')
  const leaves: Buffer[] = []
  const pieces = function* (): Generator<Buffer, void, undefined> {
    for (let at = 0; at < bytes.length; at += MIB) {
      const leaf = Buffer.from(bytes.subarray(at, at + MIB))
      leaves.push(createHash('sha256').update(leaf).digest())
      yield leaf
    }
  }
  const printed = once(sum.stdout, 'data') as Promise<[Buffer]>
  await pipeline(Readable.from(pieces()), sum.stdin)
  const [line] = await printed
  return { linearHash: line.toString().slice(0, 64), treeHash: naiveRoot(leaves) }
}

/** The result of the hashing stage for a part that is not the first. */
async function hashedByThreads(bytes: Buffer): Promise<HashedPart | undefined> {
  let last: HashedPart | undefined
  await pipeline([Buffer.of(1), bytes], hashParts(), async (parts: AsyncIterable<HashedPart>) => {
    for await (const part of parts) last = part
  })
  return last
}

t.test('parts of 2 to 4 GiB have the right hashes, whoever makes them', { skip }, async (t) => {
  const all = manyBytes()
  for (const size of SIZES) {
    const bytes = all.subarray(0, size)
    const expected = await expectedOf(bytes)
    t.strictSame(computeChecksums(bytes), expected, `${size} bytes at once`)
    t.equal(new TreeHash().update(bytes).digest('hex'), expected.treeHash)
    t.match(await hashedByThreads(bytes), expected, `${size} bytes by threads`)
    if (size <= 2 * GIB) continue
    const halves = [bytes.subarray(0, 2 * GIB), bytes.subarray(2 * GIB)]
    t.equal(combineTreeHashes(halves.map((half) => computeChecksums(half).treeHash)), expected.treeHash)
  }
})

t.test('a part of 4 GiB is cut, read and hashed from a file as it is', { skip }, async (t) => {
  const all = manyBytes()
  const expected = await expectedOf(all)
  const memory = new PartMemory(4 * GIB)
  const path = join(t.testdir(), 'file')
  const file = await open(path, 'w+')
  for (let at = 0; at < all.length; at += 64 * MIB) await file.write(all.subarray(at, at + 64 * MIB), 0)
  const hasher = new FileHasher({ hashThreads: 2 })
  t.strictSame(await hasher.hash(path), { size: 4 * GIB, treeHash: expected.treeHash })

  const whole = Readable.from([all]).pipe(rechunk(4 * GIB, { memory }))
  for await (const part of whole as AsyncIterable<Buffer>) {
    t.equal(Buffer.compare(part, all), 0, 'cut from one chunk')
    memory.release(part)
  }
  const reading = await open(path, 'r')
  for await (const part of readParts(reading.fd, memory) as AsyncIterable<Buffer>) {
    t.equal(Buffer.compare(part, all), 0, 'read from a descriptor')
  }
  await reading.close()
  await file.close()
})
