import t from 'tap'
import { treeHashScheme } from '../../lib/glacier/tree-hash-scheme.js'
import { COMPOSITE_SCHEME } from '../../lib/s3/composite-scheme.js'
import { MIB } from '../../lib/sizes.js'
import { storePart } from '../../lib/store/store-part.js'
import type { HashedPart } from '../../lib/tree-hash/hash-parts.js'
import { computeChecksums } from '../../lib/tree-hash/tree-hash.js'
import { bytesHashed } from '../helpers/bytes-hashed.js'
import { patternBytes } from '../helpers/pattern-source.js'

const bytes = patternBytes(4 * MIB + 300)
const { linearHash, treeHash } = computeChecksums(bytes)
const SCHEMES = { vault: treeHashScheme(), bucket: COMPOSITE_SCHEME }
const HASHES = { vault: treeHash, bucket: linearHash }

function partWith(treeHash: string | undefined): HashedPart {
  return { index: 3, start: 30, end: 30 + bytes.length, bytes, linearHash, treeHash }
}

t.test('each store identifies a part by its own hash, and one that is missing is computed', async (t) => {
  const { signal } = new AbortController()
  const { index, start, end } = partWith(undefined)
  for (const store of ['vault', 'bucket'] as const) {
    for (const known of [treeHash, undefined]) {
      const expected = { index, start, end, bytes, linearHash, hash: HASHES[store] }
      let found: unknown
      const hashed = await bytesHashed(100, async () => {
        found = await storePart(SCHEMES[store], partWith(known), signal)
      })
      t.strictSame(found, expected)
      t.equal(hashed, store === 'vault' && known === undefined ? bytes.length : 0, 'what is known is taken')
    }
  }
})

t.test('the computation ends with the signal, and has no hash of half a part', async (t) => {
  const ending = new AbortController()
  const reason = new Error('ended')
  let updates = 0
  const scheme = {
    ...treeHashScheme(),
    begin: () => ({
      update: () => {
        if (++updates === 2) ending.abort(reason)
      },
      digest: () => {
        t.fail('no hash is made')
        return ''
      },
    }),
  }
  await t.rejects(storePart(scheme, partWith(undefined), ending.signal), reason)
  t.equal(updates, 2)
})
