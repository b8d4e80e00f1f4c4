import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { CompositeHash, hexToBase64, parseWireHash, toWireHash } from '../../lib/s3/composite-hash.js'

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
const DIGESTS = fc.uint8Array({ minLength: 32, maxLength: 32 })

/** SHA-256 of nothing, and of "abc". */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

t.test('the composite is the hash of the hashes, with the number of parts', (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array(), { minLength: 1, maxLength: 20 }), fc.boolean(), (parts, inHex) => {
      const composite = new CompositeHash()
      const digests = parts.map((part) => sha256(part))
      for (const digest of digests) composite.update(inHex ? digest.toString('hex') : digest)
      const expected = sha256(Buffer.concat(digests))
      t.strictSame(composite.digest(), { sha256: expected.toString('hex'), parts: parts.length })
      t.equal(toWireHash(composite.digest()), `${expected.toString('base64')}-${parts.length}`)
    }),
  )
  t.end()
})

t.test('vectors: one part is not the hash of the object, and more parts may follow', (t) => {
  const composite = new CompositeHash().update(ABC)
  // SHA-256 of the 32 bytes of SHA-256 of "abc", as in the double hash of other formats.
  t.equal(composite.digest().sha256, '4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358')
  t.equal(toWireHash(composite.digest()), 'T4tCwi3TcptRm6b2jS2nzFstYG0F2u1a1RKMwD5sY1g=-1')
  composite.update(EMPTY.toUpperCase())
  t.strictSame(composite.digest(), {
    sha256: sha256(Buffer.from(ABC + EMPTY, 'hex')).toString('hex'),
    parts: 2,
  })
  t.end()
})

t.test('what is no digest is refused', (t) => {
  for (const wrong of ['', 'ab', 'x'.repeat(64), `${ABC}0`, `${ABC} `, Buffer.alloc(31), Buffer.alloc(33)])
    t.throws(() => new CompositeHash().update(wrong), {
      name: 'TypeError',
      message: /64 hex digits or 32 bytes/,
    })
  t.end()
})

t.test('a hash is the same after the wire', (t) => {
  const PARTS = fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined })
  fc.assert(
    fc.property(DIGESTS, PARTS, (digest, parts) => {
      const hash = { sha256: Buffer.from(digest).toString('hex'), parts }
      t.strictSame(parseWireHash(toWireHash(hash)), hash)
      t.equal(toWireHash({ ...hash, parts: undefined }), hexToBase64(hash.sha256))
    }),
  )
  t.end()
})

t.test('what is no SHA-256 on the wire is none', (t) => {
  const base64 = hexToBase64(ABC)
  const wrong = [
    '',
    'abc',
    ABC,
    base64.slice(1),
    `${base64}-`,
    `${base64}-0`,
    `${base64}-10001`,
    `${base64}-1-1`,
  ]
  // The last digit of 32 bytes has two bits that must be 0: another digit is another text of the same bytes.
  for (const text of [...wrong, ` ${base64}`, `${base64}\n`, base64.replace('0=', '1=')])
    t.equal(parseWireHash(text), undefined, JSON.stringify(text))
  t.end()
})
