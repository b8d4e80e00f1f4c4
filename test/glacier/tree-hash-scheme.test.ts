import t from 'tap'
import { treeHashScheme } from '../../lib/glacier/tree-hash-scheme.js'
import { MIB } from '../../lib/sizes.js'
import { combined } from '../../lib/store/hash-scheme.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { patternBytes } from '../helpers/pattern-source.js'

t.test('the hash of a part is its tree hash, also of bytes that come in pieces', async (t) => {
  const scheme = treeHashScheme()
  const bytes = patternBytes(3 * MIB + 5)
  t.equal(scheme.algorithm, 'sha256-tree')
  t.equal(scheme.partHashes, 'both')
  t.equal(scheme.ofPart({ linearHash: 'a', treeHash: 'b' }), 'b')
  t.equal(scheme.ofPart({ linearHash: 'a' }), undefined)
  const hash = scheme.begin()
  hash.update(bytes.subarray(0, MIB + 1))
  hash.update(bytes.subarray(MIB + 1))
  t.equal(hash.digest(), treeHashOf(bytes))
})

t.test('the hashes of parts give the tree hash of the archive, and more may follow', async (t) => {
  const scheme = treeHashScheme()
  const bytes = patternBytes(5 * MIB + 9)
  const hashes = scheme.combine()
  t.throws(() => hashes.digest())
  const seen: string[] = []
  for (let start = 0; start < bytes.length; start += 2 * MIB) {
    const part = treeHashOf(bytes.subarray(start, start + 2 * MIB))
    hashes.push(part)
    seen.push(part)
    t.equal(hashes.count, seen.length)
    t.equal(hashes.digest(), treeHashOf(bytes.subarray(0, start + 2 * MIB)))
  }
  t.equal(combined(scheme, seen), treeHashOf(bytes))
})

t.test('a leaf may be smaller', async (t) => {
  const bytes = patternBytes(7)
  const [whole, parts] = [treeHashScheme(2).begin(), treeHashScheme(1).begin()]
  whole.update(bytes)
  parts.update(bytes)
  t.not(whole.digest(), parts.digest())
})
