/**
 * The tree hash (docs/glacier-protocol.md#tree-hash): SHA-256 of every 1 MiB leaf, neighbours hashed together level by
 * level, an odd last node promoted as it is.
 *
 * Invariant: {@link NodeStack} holds the roots of complete subtrees, largest first, no two of one height, as the
 * ones of a binary counter do. So state grows with log₂ of the size: 23 digests for 5 TB.
 */
import { createHash, type Hash } from 'node:crypto'
import { BYTES, FUNCTION, isIterable, oneOf, optional } from '../options/rules.js'
import { rule } from '../options/check-options.js'
import { LEAF_SIZE } from './leaf-size.js'

/** Bytes in a SHA-256 digest. */
export const DIGEST_SIZE = 32

const IF_FUNCTION = optional(FUNCTION)
const IF_ENCODING = optional(oneOf('hex'))
const HASHES = rule('an iterable of tree hashes', isIterable)
const HASH = rule(
  'a SHA-256 digest: 32 bytes or 64 hex digits',
  (value) => typeof value === 'string' || value instanceof Uint8Array,
  (value) => (typeof value === 'string' ? /^[0-9a-f]{64}$/i.test(value) : value.length === DIGEST_SIZE),
)
/** The most bytes given to the system's hash at once: it takes no more than 2³¹ - 1. */
const MOST_AT_ONCE = 1_073_741_824

/** SHA-256 of some bytes. */
export function sha256(...pieces: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const piece of pieces) updateInPieces(hash, piece)
  return hash.digest()
}

/**
 * Updates a hash with any number of bytes, where `Hash.update` throws ERR_OUT_OF_RANGE from 2 GiB on.
 *
 * @param most - bytes in one update
 */
export function updateInPieces(hash: Hash, bytes: Uint8Array, most: number = MOST_AT_ONCE): void {
  for (let at = 0; at < bytes.length; at += most) hash.update(bytes.subarray(at, at + most))
}

/**
 * Nodes of equal size, in order, folded to their root as they come: the leaves of a part, or the parts of an archive.
 */
export class NodeStack {
  readonly #digests: Uint8Array[] = []
  #count = 0

  /** Takes the next node. Only the last one may cover less than the others. */
  push(digest: Uint8Array): void {
    let node = digest
    // As many subtrees close as the count has trailing ones.
    for (let count = this.#count; count % 2 === 1; count = (count - 1) / 2) {
      node = sha256(this.#digests.pop() as Uint8Array, node) // one is there for every trailing one
    }
    this.#digests.push(node)
    this.#count++
  }

  /** Takes nodes that lie one behind the other. */
  pushAll(digests: Uint8Array): void {
    for (let at = 0; at < digests.length; at += DIGEST_SIZE) this.push(digests.subarray(at, at + DIGEST_SIZE))
  }

  /** How many nodes it took. */
  get count(): number {
    return this.#count
  }

  /**
   * The root over all nodes so far; more may follow.
   *
   * @throws {RangeError} there is none
   */
  root(): Buffer {
    if (this.#digests.length === 0) throw new RangeError('There is no tree hash over no pieces.')
    return Buffer.from(this.#digests.reduceRight((right, left) => sha256(left, right)))
  }
}

/**
 * A tree hash of bytes as they come, used like `crypto.Hash`; its state grows with the logarithm of their number.
 *
 * @example
 * ```ts
 * const hash = new TreeHash()
 * for await (const chunk of source) hash.update(chunk)
 * hash.digest('hex') // 'b94d27b9…'
 * ```
 */
export class TreeHash {
  readonly #nodes = new NodeStack()
  readonly #onLeaf: ((digest: Uint8Array) => void) | undefined
  #leaf: Hash | undefined
  #room = LEAF_SIZE
  #done = false

  /**
   * @param onLeaf - called with the digest of each 1 MiB leaf, in order; the last by `digest()`. Not to be changed
   * @throws {TypeError} not a function
   */
  constructor(onLeaf?: (digest: Uint8Array) => void) {
    IF_FUNCTION(onLeaf, 'onLeaf', 'TreeHash')
    this.#onLeaf = onLeaf
  }

  /**
   * Takes the next bytes; they are read before it returns and not kept.
   *
   * @throws {TypeError} not bytes
   * @throws {Error} after `digest()`, as `crypto.Hash` does
   */
  update(bytes: Uint8Array): this {
    BYTES(bytes, 'bytes', 'TreeHash.update')
    if (this.#done) throw new Error('Digest already called')
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + this.#room)
      this.#leaf ??= createHash('sha256')
      this.#leaf.update(piece)
      this.#room -= piece.length
      at += piece.length
      if (this.#room === 0) this.#closeLeaf(this.#leaf)
    }
    return this
  }

  /**
   * The root; of no bytes at all that is SHA-256 of nothing, by convention (docs/glacier-protocol.md#tree-hash). Ends
   * the hash.
   *
   * @returns 32 bytes, or with `'hex'` 64 lowercase digits
   * @throws {TypeError} an encoding that is no string
   * @throws {RangeError} another encoding
   * @throws {Error} when called again, as `crypto.Hash` does
   */
  digest(): Buffer
  digest(encoding: 'hex'): string
  digest(encoding?: 'hex'): Buffer | string {
    IF_ENCODING(encoding, 'encoding', 'TreeHash.digest')
    if (this.#done) throw new Error('Digest already called')
    this.#done = true
    if (this.#leaf || this.#nodes.count === 0) this.#closeLeaf(this.#leaf ?? createHash('sha256'))
    const root = this.#nodes.root()
    return encoding === undefined ? root : root.toString(encoding)
  }

  #closeLeaf(leaf: Hash): void {
    const digest = leaf.digest()
    this.#nodes.push(digest)
    this.#onLeaf?.(digest)
    this.#leaf = undefined
    this.#room = LEAF_SIZE
  }
}

/**
 * The tree hash of bytes at hand, lowercase hex.
 *
 * @throws {TypeError} not bytes
 *
 * @example
 * ```ts
 * treeHashOf(Buffer.from('hello world')) // 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9'
 * ```
 */
export function treeHashOf(bytes: Uint8Array): string {
  return new TreeHash().update(bytes).digest('hex')
}

/**
 * The tree hash of a whole from those of its pieces, in order (docs/glacier-protocol.md#tree-hashes-of-parts).
 *
 * Right only where every piece but the last is the same power of two of MiB, as parts of an upload are.
 *
 * @param treeHashes - lowercase hex or 32 bytes each, at least one
 * @returns lowercase hex
 * @throws {TypeError} no list, or a piece that is neither a string nor bytes
 * @throws {RangeError} no pieces, or one that is not a SHA-256 digest
 *
 * @example
 * ```ts
 * combineTreeHashes(parts.map((part) => part.treeHash)) === archive.treeHash
 * ```
 */
export function combineTreeHashes(treeHashes: Iterable<string | Uint8Array>): string {
  HASHES(treeHashes, 'treeHashes', 'combineTreeHashes')
  const nodes = new NodeStack()
  for (const treeHash of treeHashes) {
    HASH(treeHash, `treeHashes[${nodes.count}]`, 'combineTreeHashes')
    nodes.push(typeof treeHash === 'string' ? Buffer.from(treeHash, 'hex') : treeHash)
  }
  return nodes.root().toString('hex')
}

/** Both hashes an upload request carries, lowercase hex. */
export interface Checksums {
  /** SHA-256 of the bytes in one go, for `x-amz-content-sha256`. */
  readonly linearHash: string
  /** The tree hash, for `x-amz-sha256-tree-hash`. */
  readonly treeHash: string
}

/**
 * The linear and the tree hash of bytes at hand: the function of this name in the AWS SDK for JavaScript v2.
 *
 * @throws {TypeError} not bytes
 *
 * @example
 * ```ts
 * const { linearHash, treeHash } = computeChecksums(await readFile('backup.tar'))
 * ```
 */
export function computeChecksums(bytes: Uint8Array): Checksums {
  const treeHash = treeHashOf(bytes)
  const linearHash = bytes.length <= LEAF_SIZE ? treeHash : sha256(bytes).toString('hex')
  return { linearHash, treeHash }
}
