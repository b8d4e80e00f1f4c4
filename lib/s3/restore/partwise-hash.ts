/**
 * The hash of all bytes of an object that `put` has sent in parts to a server that states no hashes of the parts. The metadata of
 * the object has the size of its parts, so that a hash over the hashes of the parts can be computed from all bytes.
 */
import { createHash } from 'node:crypto'
import type { ByteHasher } from '../../store/hash-scheme.js'
import type { ObjectFacts } from '../bucket-responses.js'
import { CompositeHash, parseWireHash, toWireHash } from '../composite-hash.js'
import { isPlain, type WholeHash } from './whole-hash.js'

/** The facts that decide how an object is divided, and its ETag. */
export type PartwiseFacts = Pick<ObjectFacts, 'encryption' | 'etag' | 'metadata' | 'size'>

/**
 * The hash of all bytes of an object, computed part by part; `undefined` if neither is known.
 *
 * - The composite that the caller knows, as from the catalog: SHA-256. An object of one part needs no metadata.
 * - Otherwise the ETag of an object that was sent in parts: the MD5 of the MD5 digests of the parts, and `-N`. The documentation of
 *   S3 says so of no server. Where it is something else, the bytes do not give it, and they are refused.
 *
 * @param known - the composite that the caller knows, in the form of the wire
 */
export function partwiseHashOf(facts: PartwiseFacts, known = ''): WholeHash | undefined {
  const { parts } = parseWireHash(known) ?? {}
  if (parts !== undefined) {
    const partSize = partSizeOf(facts, parts)
    if (partSize !== undefined)
      return { hash: known, begin: () => new PartwiseHasher(partSize, sha256Parts()) }
  }
  const [, md5, count] = /^"?([0-9a-f]{32})-([1-9]\d{0,4})"?$/.exec(facts.etag ?? '') ?? []
  if (md5 === undefined || !isPlain(facts)) return undefined
  const partSize = partSizeOf(facts, Number(count))
  if (partSize === undefined) return undefined
  return { hash: `md5-${md5}-${count}`, begin: () => new PartwiseHasher(partSize, md5Parts()) }
}

/** Bytes of each part but the last; `undefined` if the object cannot have so many parts, as far as its metadata says. */
function partSizeOf(
  { size, metadata: { 'part-size': stated } }: PartwiseFacts,
  parts: number,
): number | undefined {
  const partSize = stated === undefined ? size : /^[1-9]\d{0,14}$/.test(stated) ? Number(stated) : 0
  return partSize > 0 && Math.ceil(size / partSize) === parts ? partSize : undefined
}

/** The hashes of the parts of an object. */
interface PartDigests {
  /** The algorithm of a part. */
  readonly algorithm: 'md5' | 'sha256'
  readonly push: (digest: Buffer) => void
  readonly digest: () => string
}

function sha256Parts(): PartDigests {
  const composite = new CompositeHash()
  return {
    algorithm: 'sha256',
    push: (digest) => composite.update(digest),
    digest: () => toWireHash(composite.digest()),
  }
}

function md5Parts(): PartDigests {
  const hash = createHash('md5')
  let count = 0
  return {
    algorithm: 'md5',
    push: (digest) => {
      hash.update(digest)
      count++
    },
    digest: () => `md5-${hash.digest('hex')}-${count}`,
  }
}

class PartwiseHasher implements ByteHasher {
  readonly #partSize: number
  readonly #parts: PartDigests
  #part
  #size = 0

  constructor(partSize: number, parts: PartDigests) {
    this.#partSize = partSize
    this.#parts = parts
    this.#part = createHash(parts.algorithm)
  }

  update(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0;) {
      const piece = rest.subarray(0, this.#partSize - this.#size)
      this.#part.update(piece)
      this.#size += piece.length
      rest = rest.subarray(piece.length)
      if (this.#size === this.#partSize) this.#endPart()
    }
  }

  digest(): string {
    if (this.#size > 0) this.#endPart()
    return this.#parts.digest()
  }

  #endPart(): void {
    this.#parts.push(this.#part.digest())
    this.#part = createHash(this.#parts.algorithm)
    this.#size = 0
  }
}
