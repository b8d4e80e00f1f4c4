import { createHash } from 'node:crypto'
import t from 'tap'
import { MIB } from '../../lib/sizes.js'
import { partChecksums } from '../../lib/tree-hash/part-checksums.js'
import { TreeHash } from '../../lib/tree-hash/tree-hash.js'
import { bytesHashed } from '../helpers/bytes-hashed.js'
import { patternBytes } from '../helpers/pattern-source.js'

const SIZES = [1, MIB - 1, MIB, MIB + 1, 3 * MIB, 3 * MIB + 7]
const never = (): boolean => false

function linearHashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

t.test('the hashes of a part are those that are wanted, whatever the sizes of part and leaf', async (t) => {
  for (const size of SIZES) {
    const bytes = patternBytes(size)
    const linearHash = linearHashOf(bytes)
    for (const leafSize of [undefined, MIB / 4]) {
      const treeHash = TreeHash.withLeafSize(leafSize ?? MIB)
        .update(bytes)
        .digest('hex')
      t.strictSame(await partChecksums(bytes, 'both', never, leafSize), { linearHash, treeHash })
      const expected = { linearHash, treeHash: undefined }
      t.strictSame(await partChecksums(bytes, 'linear', never, leafSize), expected)
    }
  }
})

t.test('a byte is hashed once for each hash, and once in all where both are equal', async (t) => {
  const ofNodes = 100 // the digests of leaves are short
  const hashed = (size: number, kinds: 'both' | 'linear'): Promise<number> =>
    bytesHashed(ofNodes, () => partChecksums(Buffer.alloc(size), kinds, never))
  t.equal(await hashed(3 * MIB, 'both'), 6 * MIB)
  t.equal(await hashed(3 * MIB, 'linear'), 3 * MIB)
  for (const kinds of ['both', 'linear'] as const) t.equal(await hashed(MIB, kinds), MIB)
})

t.test('the hashing ends between two leaves', async (t) => {
  let leaves = 0
  const stop = (): boolean => leaves++ === 2
  t.equal(await bytesHashed(100, () => partChecksums(Buffer.alloc(5 * MIB), 'linear', stop)), 2 * MIB)
})
