/** The hashes of a bucket: SHA-256 of a part, and the composite of an archive in the form of the wire. */
import { createHash } from 'node:crypto'
import type { HashScheme } from '../store/hash-scheme.js'
import { CompositeHash, toWireHash } from './composite-hash.js'

/** The hashes of a bucket. Parts have 64 hex digits, and archives `BASE64-N`, as the service states them. */
export const COMPOSITE_SCHEME: HashScheme = {
  algorithm: 'sha256-composite',
  partHashes: 'linear',
  ofPart: ({ linearHash }) => linearHash,
  begin() {
    const hash = createHash('sha256')
    return { update: (bytes) => hash.update(bytes), digest: () => hash.digest('hex') }
  },
  combine() {
    const composite = new CompositeHash()
    let count = 0
    return {
      get count() {
        return count
      },
      push(hash) {
        composite.update(hash)
        count++
      },
      digest() {
        if (count === 0) throw new RangeError('A composite needs at least one part.')
        return toWireHash(composite.digest())
      },
    }
  },
}
