import { createHash } from 'node:crypto'
import { TreeHash as SdkTreeHash } from '@aws-sdk/sha256-tree-hash'
import fc from 'fast-check'
import t from 'tap'
import {
  combineTreeHashes,
  computeChecksums,
  NodeStack,
  TreeHash,
  treeHashOf,
  updateInPieces,
} from '../../lib/tree-hash/tree-hash.js'
import { bytesOf, rangeVectors, vectors } from '../fixtures/tree-hashes.js'
import { MIB } from '../../lib/sizes.js'
import { naiveTreeHash } from '../helpers/naive-tree-hash.js'
import { patternBytes, patternSource } from '../helpers/pattern-source.js'
import { sourceSizes, writePatterns } from '../helpers/write-patterns.js'

class NodeSha256 {
  readonly #hash = createHash('sha256')
  update(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {
    throw new Error('not needed')
  }
}

/** The SDK's own tree hash. */
async function sdkTreeHash(bytes: Uint8Array): Promise<string> {
  const hash = new SdkTreeHash(NodeSha256, (text) => Buffer.from(text))
  hash.update(bytes)
  return Buffer.from(await hash.digest()).toString('hex')
}

/** The tree hash from those of parts of one size. */
function combined(bytes: Uint8Array, partSize: number): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += partSize)
    parts.push(treeHashOf(bytes.subarray(at, at + partSize)))
  return combineTreeHashes(parts)
}

function inPieces(bytes: Uint8Array, size: number): string {
  const hash = new TreeHash()
  for (let at = 0; at < bytes.length; at += size) hash.update(bytes.subarray(at, at + size))
  return hash.digest('hex')
}

t.test('a hash is updated in pieces that the system accepts, for any length', async (t) => {
  const bytes = patternBytes(1000)
  for (const maxBytes of [1, 7, 999, 1000, 1001]) {
    const sizes: number[] = []
    const hash = createHash('sha256')
    const update = hash.update.bind(hash)
    t.intercept(hash, 'update', {
      value: (piece: Uint8Array) => {
        sizes.push(piece.length)
        return update(piece)
      },
    })
    updateInPieces(hash, bytes, maxBytes)
    t.equal(hash.digest('hex'), createHash('sha256').update(bytes).digest('hex'))
    t.ok(sizes.every((size) => size <= maxBytes))
  }
})

t.test('every known vector has its hashes, in one piece and in many', async (t) => {
  t.ok(vectors.length >= 39)
  for (const { data, treeHash, linearHash, source } of vectors) {
    const bytes = bytesOf(data)
    const what = `${JSON.stringify(data).slice(0, 60)}: ${source}`
    t.equal(treeHashOf(bytes), treeHash, what)
    t.equal(inPieces(bytes, 65_537), treeHash, what)
    t.equal(inPieces(bytes, MIB), treeHash, what)
    if (bytes.length > 0) t.equal(combined(bytes, 2 * MIB), treeHash, `combined: ${what}`)
    const found = computeChecksums(bytes)
    t.equal(found.treeHash, treeHash, what)
    t.equal(found.linearHash, linearHash ?? createHash('sha256').update(bytes).digest('hex'), what)
    t.equal(naiveTreeHash(bytes), treeHash, `the reference agrees: ${what}`)
  }
})

t.test('every known range of the numbered 10.5 MiB has its hash', async (t) => {
  const bytes = bytesOf({ numbered: 10.5 })
  t.equal(rangeVectors.length, 7)
  for (const { from, to, treeHash } of rangeVectors) {
    t.equal(treeHashOf(bytes.subarray(from * MIB, to * MIB)), treeHash, `[${from}, ${to})`)
  }
  const known = (from: number, to: number): string =>
    rangeVectors.find((range) => range.from === from && range.to === to)?.treeHash ?? ''
  t.equal(combineTreeHashes([known(0, 8), known(8, 10.5)]), treeHashOf(bytes))
  t.equal(combineTreeHashes([known(8, 10), known(10, 10.5)]), known(8, 10.5))
})

t.test('a source of any size, written in any way, has the hash of the reference', async (t) => {
  for (const size of sourceSizes(2 * MIB)) {
    const bytes = patternBytes(size)
    const expected = naiveTreeHash(bytes)
    for (const pieceSize of [MIB - 1, MIB + 1]) {
      t.equal(inPieces(bytes, pieceSize), expected, `${size} bytes, ${pieceSize} at a time`)
    }
    for (const [name, writeSize] of Object.entries(writePatterns(size))) {
      const hash = new TreeHash()
      for await (const chunk of patternSource(size, writeSize)) hash.update(chunk as Buffer)
      t.equal(hash.digest('hex'), expected, `${size} bytes, ${name}`)
    }
  }
})

t.test('no bytes have the hash of nothing, for which the SDK has no hash', async (t) => {
  const nothing = createHash('sha256').digest('hex')
  t.equal(new TreeHash().digest('hex'), nothing)
  t.equal(new TreeHash().update(Buffer.alloc(0)).digest('hex'), nothing)
  t.strictSame(computeChecksums(Buffer.alloc(0)), { linearHash: nothing, treeHash: nothing })
  t.equal(await new SdkTreeHash(NodeSha256, (text) => Buffer.from(text)).digest(), undefined)
})

t.test('any bytes, cut in any way, have the hash of the reference and of the SDK', async (t) => {
  const pool = patternBytes(9 * MIB)
  const around = fc
    .integer({ min: 0, max: 8 })
    .chain((n) => fc.integer({ min: -2, max: 2 }).map((d) => Math.max(1, n * MIB + d)))
  const size = fc.oneof(fc.integer({ min: 1, max: 9 * MIB }), around)
  const cuts = fc.array(fc.integer({ min: 1, max: 2 * MIB }), { minLength: 1, maxLength: 8 })
  const property = fc.asyncProperty(size, cuts, async (length, pieces) => {
    const bytes = pool.subarray(0, length)
    const hash = new TreeHash()
    for (let at = 0, i = 0; at < length; at += pieces[i++ % pieces.length] as number) {
      hash.update(bytes.subarray(at, at + (pieces[i % pieces.length] as number)))
    }
    const found = hash.digest('hex')
    if (found !== naiveTreeHash(bytes)) throw new Error(`${length} bytes: not the reference's`)
    if (found !== (await sdkTreeHash(bytes))) throw new Error(`${length} bytes: not the SDK's`)
  })
  await t.resolves(fc.assert(property, { numRuns: 60 }))
})

t.test('for any number of nodes the stack folds as the levels do', async (t) => {
  // 32-byte leaves of 1 byte each stand for leaves of 1 MiB: the tree is the same.
  for (let count = 1; count <= 300; count++) {
    const bytes = patternBytes(count)
    const nodes = new NodeStack()
    for (const byte of bytes)
      nodes.push(
        createHash('sha256')
          .update(Buffer.from([byte]))
          .digest(),
      )
    t.equal(nodes.root().toString('hex'), naiveTreeHash(bytes, 1), `${count} nodes`)
    t.equal(nodes.count, count)
  }
})

t.test(
  'the hashes of parts combine to that of the archive if parts are 2ⁿ MiB, and not otherwise',
  async (t) => {
    const bytes = patternBytes(21 * MIB + 77)
    const ofArchive = treeHashOf(bytes)
    for (const n of [1, 2, 4, 8, 16, 32]) t.equal(combined(bytes, n * MIB), ofArchive, `${n} MiB`)
    for (const n of [3, 5, 6, 7]) t.not(combined(bytes, n * MIB), ofArchive, `${n} MiB`)
    t.equal(combineTreeHashes([Buffer.from(ofArchive, 'hex')]), ofArchive, 'one part, as bytes')
  },
)

t.test('the function is called once for each leaf, in order', async (t) => {
  const bytes = patternBytes(3 * MIB + 5)
  const leaves: string[] = []
  const hash = new TreeHash((digest) => leaves.push(Buffer.from(digest).toString('hex')))
  hash.update(bytes.subarray(0, 10)).update(bytes.subarray(10))
  t.equal(leaves.length, 3)
  hash.digest()
  t.strictSame(
    leaves,
    [0, 1, 2, 3].map((i) => treeHashOf(bytes.subarray(i * MIB, (i + 1) * MIB))),
  )
})

t.test('it is used like crypto.Hash, and fails like it', async (t) => {
  const hash = new TreeHash().update(Buffer.from('hello ')).update(new Uint8Array(Buffer.from('world')))
  t.ok(hash.digest().equals(Buffer.from(treeHashOf(Buffer.from('hello world')), 'hex')))
  t.throws(() => hash.digest('hex'), { message: 'Digest already called' })
  t.throws(() => hash.update(Buffer.alloc(1)), { message: 'Digest already called' })
  for (const wrong of [
    'text',
    5,
    null,
    undefined,
    [1],
    new ArrayBuffer(1),
    new DataView(new ArrayBuffer(1)),
    new Uint16Array(1),
  ]) {
    t.throws(() => new TreeHash().update(wrong as unknown as Uint8Array), {
      name: 'TypeError',
      message: /Buffer or a Uint8Array/,
    })
    t.throws(() => treeHashOf(wrong as unknown as Uint8Array), { name: 'TypeError' })
    t.throws(() => computeChecksums(wrong as unknown as Uint8Array), { name: 'TypeError' })
  }
})

t.test('a returned digest is a copy: writing to it changes nothing', async (t) => {
  const digests: Uint8Array[] = []
  const bytes = Buffer.from('one leaf')
  new TreeHash((digest) => digests.push(digest)).update(bytes).digest().fill(0)
  t.strictSame(
    digests.map((digest) => Buffer.from(digest).toString('hex')),
    [treeHashOf(bytes)],
  )
  const nodes = new NodeStack()
  nodes.push(Buffer.alloc(32, 1))
  nodes.root().fill(0)
  t.equal(nodes.root().toString('hex'), '01'.repeat(32))
})

t.test('a value that is not a digest does not combine', async (t) => {
  t.throws(() => combineTreeHashes([]), { name: 'RangeError', message: /at least one piece/ })
  for (const wrong of ['', 'ff', 'x'.repeat(64), 'a'.repeat(62), Buffer.alloc(31), Buffer.alloc(33)]) {
    t.throws(() => combineTreeHashes([wrong]), {
      name: 'RangeError',
      message: /treeHashes\[0\] of combineTreeHashes must be a SHA-256 digest/,
    })
  }
  t.throws(() => combineTreeHashes([7 as unknown as string]), {
    name: 'TypeError',
    message: /treeHashes\[0\]/,
  })
  t.throws(() => new NodeStack().root(), { name: 'RangeError' })
})

t.test('64 hex digits with more text after them are not a digest', async (t) => {
  for (const tail of ['\n', 'z', 'zz', 'a']) {
    t.throws(() => combineTreeHashes(['ab'.repeat(32) + tail]), {
      name: 'RangeError',
      message: /treeHashes\[0\] of combineTreeHashes must be a SHA-256 digest/,
    })
  }
})

t.test('leaves of another size make the same tree', (t) => {
  for (const size of [0, 1, 1023, 1024, 1025, 5000]) {
    const bytes = patternBytes(size)
    t.equal(
      TreeHash.withLeafSize(1024).update(bytes).digest('hex'),
      naiveTreeHash(bytes, 1024),
      `${size} bytes`,
    )
  }
  t.end()
})
