import t from 'tap'
import { TreeHash } from '../../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../../lib/sizes.js'
import { bytesOf, rangeVectors, vectors } from '../../fixtures/tree-hashes.js'
import { bytesOfSize } from './listed-world.js'
import { isAligned, otherHash, treeHashOf } from './tree-hash.js'

t.test('the tree hashes of the model are those that are published', async (t) => {
  for (const { data, treeHash } of vectors) {
    const bytes = bytesOf(data)
    if (bytes.length > 0) t.equal(treeHashOf(bytes, MIB), treeHash)
  }
  const numbered = bytesOf({ numbered: 10.5 })
  for (const { from, to, treeHash } of rangeVectors)
    t.equal(treeHashOf(numbered.subarray(from * MIB, to * MIB), MIB), treeHash)
})

t.test('the model and the library agree on trees of every shape', async (t) => {
  for (let size = 1; size <= 900; size += 7) {
    const bytes = bytesOfSize(size)
    t.equal(treeHashOf(bytes, 16), TreeHash.withLeafSize(16).update(bytes).digest('hex'))
  }
})

t.test('the ranges of the documentation are aligned or not as it says', async (t) => {
  const inMib = (start: number, end: number, size: number): boolean =>
    isAligned({ start: start * MIB, end: end * MIB }, size * MIB, MIB)
  for (const [start, end, size] of [
    [2, 4, 6.5],
    [6, 6.5, 6.5],
    [0, 1, 10],
    [0, 2, 10],
    [6, 7, 10],
    [16, 32, 100],
    [0, 10, 10],
  ] as const)
    t.ok(inMib(start, end, size), `${start}-${end} of ${size}`)
  for (const [start, end, size] of [
    [1, 3, 6.5],
    [0, 3, 10],
    [3, 5, 10],
    [4, 7, 10],
    [0.5, 1, 10],
  ] as const)
    t.notOk(inMib(start, end, size), `${start}-${end} of ${size}`)
})

t.test('another hash differs in one digit', async (t) => {
  t.equal(otherHash('a0', 'last-digit'), 'a1')
  t.equal(otherHash('a5', 'last-digit'), 'a0')
  t.equal(otherHash('a5', 'first-digit'), '05')
})
