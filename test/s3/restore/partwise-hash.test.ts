import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { CompositeHash, toWireHash } from '../../../lib/s3/composite-hash.js'
import { partwiseHashOf, type PartwiseFacts } from '../../../lib/s3/restore/partwise-hash.js'
import type { WholeHash } from '../../../lib/s3/restore/whole-hash.js'

const hashOf = (algorithm: string, bytes: Uint8Array): Buffer => createHash(algorithm).update(bytes).digest()

/** The hashes of bytes that were sent in parts, as their sender and a server compute them. */
function hashesOf(bytes: Uint8Array, partSize: number): { readonly known: string; readonly etag: string } {
  const parts: Uint8Array[] = []
  for (let start = 0; start < bytes.length; start += partSize)
    parts.push(bytes.subarray(start, start + partSize))
  const composite = new CompositeHash()
  for (const part of parts) composite.update(hashOf('sha256', part))
  const digests = Buffer.concat(parts.map((part) => hashOf('md5', part)))
  const etag = `"${hashOf('md5', digests).toString('hex')}-${parts.length}"`
  return { known: toWireHash(composite.digest()), etag }
}

function facts(size: number, etag: string | undefined, partSize?: number | string): PartwiseFacts {
  return { size, etag, metadata: partSize === undefined ? {} : { 'part-size': String(partSize) } }
}

function digestOf(hash: WholeHash | undefined, bytes: Uint8Array, pieceSize: number): string | undefined {
  const hasher = hash?.begin()
  for (let at = 0; at < bytes.length; at += pieceSize) hasher?.update(bytes.subarray(at, at + pieceSize))
  return hasher?.digest()
}

t.test('the bytes of an object give its composite and its ETag, in whatever pieces they arrive', (t) => {
  const small = fc.integer({ min: 1, max: 20 })
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      small,
      small,
      (bytes, partSize, pieceSize) => {
        const { known, etag } = hashesOf(bytes, partSize)
        const stated = facts(bytes.length, etag, partSize)
        for (const [hash, expected] of [
          [partwiseHashOf(stated, known), known],
          [partwiseHashOf(stated), `md5-${etag.slice(1, -1)}`],
        ] as const) {
          if (hash?.hash !== expected || digestOf(hash, bytes, pieceSize) !== expected) return false
          const wrong = bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))
          if (digestOf(hash, wrong, pieceSize) === expected) return false
        }
        return true
      },
    ),
  )
  t.end()
})

t.test('an object of one part needs no metadata', (t) => {
  const bytes = Buffer.from('abc')
  const { known, etag } = hashesOf(bytes, 3)
  t.equal(digestOf(partwiseHashOf(facts(3, `"${'a'.repeat(32)}"`), known), bytes, 2), known)
  t.equal(digestOf(partwiseHashOf(facts(3, etag)), bytes, 2), `md5-${etag.slice(1, -1)}`)
  t.end()
})

t.test('an object whose parts are not known has no such hash', (t) => {
  const { known, etag } = hashesOf(Buffer.from('abcd'), 2)
  t.equal(
    partwiseHashOf(facts(4, etag, 2), `${known.slice(0, -1)}3`)?.hash,
    `md5-${etag.slice(1, -1)}`,
    'other',
  )
  for (const partSize of [undefined, '', '0', '-2', '2.5', '1', '4', '9'.repeat(16)])
    t.equal(partwiseHashOf(facts(4, etag, partSize), known), undefined, `a part size of ${partSize}`)
  for (const other of [
    undefined,
    '',
    '"a-2"',
    etag.toUpperCase(),
    etag.replace('-2', '-0'),
    etag.replace('-2', ''),
  ])
    t.equal(partwiseHashOf(facts(4, other, 2)), undefined, `an ETag of ${other}`)
  t.equal(partwiseHashOf({ ...facts(4, etag, 2), encryption: 'aws:kms' }), undefined)
  t.equal(partwiseHashOf({ ...facts(4, etag, 2), encryption: 'aws:kms' }, known)?.hash, known)
  t.equal(
    partwiseHashOf(facts(4, 'e', 2), known.replace('-2', '')),
    undefined,
    'the hash of bytes is no composite',
  )
  t.end()
})
