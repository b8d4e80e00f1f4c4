import t from 'tap'
import { contentIn, hashField, hashIn } from '../../lib/catalog/recorded-hash.js'

const HEX = 'a'.repeat(64)
const COMPOSITE = `${'A'.repeat(43)}=-3`

t.test('a tree hash is a text, and a composite states its algorithm and part size', (t) => {
  t.strictSame(hashField(HEX), { treeHash: HEX })
  t.strictSame(hashField(HEX, HEX, 8), { treeHash: HEX }, 'it does not depend on the part size')
  const hash = { algorithm: 'sha256-composite', value: COMPOSITE }
  t.strictSame(hashField(COMPOSITE), { hash })
  t.strictSame(hashField(COMPOSITE, COMPOSITE, 8), { hash: { ...hash, partSize: 8 } })
  t.end()
})

t.test('the hash of a part is that of its archive in kind', (t) => {
  t.strictSame(hashField(HEX, COMPOSITE), { hash: { algorithm: 'sha256', value: HEX } })
  t.strictSame(hashField(HEX, HEX), { treeHash: HEX })
  t.end()
})

t.test('a record has its hash in one of the two fields', (t) => {
  for (const hash of [HEX, COMPOSITE]) {
    t.equal(hashIn(hashField(hash)), hash)
    t.strictSame(contentIn({ size: 1, ...hashField(hash) }), { size: 1, hash })
  }
  t.equal(hashIn({}), undefined)
  t.equal(contentIn({ size: 1 }), undefined)
  t.equal(contentIn({ treeHash: HEX }), undefined)
  t.end()
})
