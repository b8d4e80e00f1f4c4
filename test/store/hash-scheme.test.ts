import t from 'tap'
import { combined, type HashScheme } from '../../lib/store/hash-scheme.js'

/** A scheme whose hashes can be read. */
const PLAIN: HashScheme = {
  algorithm: 'sha256-tree',
  partHashes: 'both',
  ofPart: ({ treeHash }) => treeHash,
  begin: () => ({ update: () => undefined, digest: () => '' }),
  combine() {
    const hashes: string[] = []
    return {
      get count() {
        return hashes.length
      },
      push: (hash) => hashes.push(hash),
      digest() {
        if (hashes.length === 0) throw new RangeError('no part')
        return hashes.join('+')
      },
    }
  },
}

t.test('the hashes of parts are combined in their order, whatever holds them', async (t) => {
  t.equal(combined(PLAIN, ['a', 'c', 'b']), 'a+c+b')
  t.equal(combined(PLAIN, new Set(['b', 'a'])), 'b+a')
  t.throws(() => combined(PLAIN, []), RangeError)
})
