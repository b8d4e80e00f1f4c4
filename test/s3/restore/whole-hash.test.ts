import t from 'tap'
import { wholeHashOf } from '../../../lib/s3/restore/whole-hash.js'

const MD5 = '900150983cd24fb0d6963f7d28e17f72'

t.test('the ETag of one request is an MD5, unless a key encrypts the object', (t) => {
  for (const etag of [MD5, `"${MD5}"`]) t.match(wholeHashOf({ etag }), { hash: `md5-${MD5}` })
  t.match(wholeHashOf({ etag: MD5, encryption: 'AES256' }), { hash: `md5-${MD5}` })
  for (const encryption of ['aws:kms', 'aws:kms:dsse', 'aws:fsx', ''])
    t.equal(wholeHashOf({ etag: MD5, encryption }), `it is encrypted with ${encryption}`)
  for (const etag of [undefined, '', `"${MD5}-1"`, MD5.toUpperCase(), MD5.slice(1), `${MD5}0`])
    t.match(wholeHashOf({ etag }), /^it was stored in several parts/)
  const found = wholeHashOf({ etag: MD5 })
  if (typeof found === 'string') throw new Error(found)
  for (const [text, isSame] of [
    ['abc', true],
    ['abd', false],
  ] as const) {
    const hasher = found.begin()
    hasher.update(Buffer.from(text))
    t.equal(hasher.digest() === found.hash, isSame)
  }
  t.end()
})
