import { createHash } from 'node:crypto'
import t from 'tap'
import { COMPOSITE_SCHEME } from '../../lib/s3/composite-scheme.js'
import { combined } from '../../lib/store/hash-scheme.js'

const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()
const hex = (bytes: Uint8Array | string): string => sha256(bytes).toString('hex')

t.test('the hash of a part is its linear hash, also of bytes that come in pieces', async (t) => {
  t.equal(COMPOSITE_SCHEME.algorithm, 'sha256-composite')
  t.equal(COMPOSITE_SCHEME.partHashes, 'linear')
  for (const treeHash of [undefined, hex('b')])
    t.equal(COMPOSITE_SCHEME.ofPart({ linearHash: hex('a'), treeHash }), hex('a'))
  const hash = COMPOSITE_SCHEME.begin()
  hash.update(Buffer.from('hel'))
  hash.update(Buffer.from('lo'))
  t.equal(hash.digest(), hex('hello'))
})

t.test('the hash of an archive is the composite that S3 states, and more parts may follow', async (t) => {
  const hashes = COMPOSITE_SCHEME.combine()
  t.throws(() => hashes.digest(), { name: 'RangeError', message: /at least one part/ })
  hashes.push(hex('one'))
  const one = `${sha256(sha256('one')).toString('base64')}-1`
  t.equal(hashes.digest(), one)
  t.equal(hashes.count, 1)
  hashes.push(hex('two'))
  const two = `${sha256(Buffer.concat([sha256('one'), sha256('two')])).toString('base64')}-2`
  t.equal(hashes.digest(), two)
  t.equal(hashes.count, 2)
  t.equal(combined(COMPOSITE_SCHEME, [hex('one'), hex('two')]), two)
  t.throws(() => {
    hashes.push('')
  }, TypeError)
})
