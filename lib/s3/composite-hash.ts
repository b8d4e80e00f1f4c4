/**
 * The composite SHA-256 of an object that was uploaded in parts: the SHA-256 of the SHA-256 digests of its parts, and the
 * number of parts. It depends on the part size, and an upload of one part has another composite than the hash of its bytes
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html).
 *
 * On the wire, hashes are base64, and a composite ends in `-N`. In this package, they are lowercase hex.
 */
import { createHash, type Hash } from 'node:crypto'
import { DIGEST_SIZE } from '../tree-hash/tree-hash.js'

/** The SHA-256 that S3 states of an object. */
export interface ObjectHash {
  /** Lowercase hex. */
  readonly sha256: string
  /** The number of parts of a composite; `undefined` for the hash of the object's bytes. */
  readonly parts: number | undefined
}

const MAX_PARTS = 10_000

/**
 * Computes a composite from the hashes of the parts, in their order. Its state does not grow with their number.
 *
 * @example
 * ```ts
 * const composite = new CompositeHash()
 * for (const part of parts) composite.update(part.sha256)
 * composite.digest() // { sha256: '5fe5…', parts: 2 }
 * ```
 */
export class CompositeHash {
  readonly #hash: Hash = createHash('sha256')
  #parts = 0

  /**
   * Takes the hash of the next part.
   *
   * @param sha256 - 64 hex digits, or the 32 bytes of the digest
   * @throws {TypeError} it is no SHA-256 digest
   */
  update(sha256: string | Uint8Array): this {
    const digest = typeof sha256 === 'string' ? Buffer.from(sha256, 'hex') : sha256
    const isWhole = typeof sha256 !== 'string' || sha256.length === 2 * DIGEST_SIZE
    if (digest.length !== DIGEST_SIZE || !isWhole)
      throw new TypeError('The hash of a part must be a SHA-256 digest: 64 hex digits or 32 bytes.')
    this.#hash.update(digest)
    this.#parts++
    return this
  }

  /** The composite of the parts so far; more may follow. An upload has at least one part. */
  digest(): ObjectHash {
    return { sha256: this.#hash.copy().digest('hex'), parts: this.#parts }
  }
}

/** The form of a hash on the wire: base64, with `-N` for a composite of N parts. */
export function toWireHash({ sha256, parts }: ObjectHash): string {
  return `${hexToBase64(sha256)}${parts === undefined ? '' : `-${parts}`}`
}

/**
 * Reads a hash from the wire.
 *
 * @returns `undefined` if it is no SHA-256: some servers send another text
 */
export function parseWireHash(text: string): ObjectHash | undefined {
  const [, base64 = '', , count] = /^([A-Za-z0-9+/]{43}=)(-(\d{1,5}))?$/.exec(text) ?? []
  const digest = Buffer.from(base64, 'base64')
  if (digest.length !== DIGEST_SIZE || digest.toString('base64') !== base64) return undefined
  const parts = count === undefined ? undefined : Number(count)
  if (parts !== undefined && (parts < 1 || parts > MAX_PARTS)) return undefined
  return { sha256: digest.toString('hex'), parts }
}

/** The base64 form of a hash in hex. */
export function hexToBase64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}
