/**
 * The tree hash (docs/glacier-protocol.md#tree-hash): SHA-256 of every 1 MiB leaf; neighbours are hashed together level
 * by level, and an odd last node is promoted as it is.
 *
 * Invariant: {@link NodeStack} holds the roots of complete subtrees, largest first, no two of one height, like the ones
 * of a binary counter. So its state grows with log₂ of the size: 23 digests for 5 TB.
 */
import { invariant } from '../invariant.js'
import { createHash, type Hash } from 'node:crypto'
import { BYTES, FUNCTION, isIterable, oneOf, optional } from '../options/rules.js'
import { rule } from '../options/check-options.js'
import { GIB } from '../sizes.js'
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
/** Maximum number of bytes in one update of the system's hash, which accepts at most 2³¹ - 1. */
const MAX_UPDATE_BYTES = GIB

/** SHA-256 of some bytes. */
export function sha256(...pieces: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const piece of pieces) updateInPieces(hash, piece)
  return hash.digest()
}

/**
 * Updates a hash with any number of bytes; `Hash.update` throws ERR_OUT_OF_RANGE from 2 GiB on.
 *
 * @param maxBytes - maximum number of bytes in one update
 */
export function updateInPieces(hash: Hash, bytes: Uint8Array, maxBytes: number = MAX_UPDATE_BYTES): void {
  for (let at = 0; at < bytes.length; at += maxBytes) hash.update(bytes.subarray(at, at + maxBytes))
}

/**
 * Folds nodes of equal size, in order, to their root: the leaves of a part, or the parts of an archive.
 */
export class NodeStack {
  readonly #digests: Uint8Array[] = []
  #count = 0

  /** Takes the next node. Only the last one may cover less than the others. */
  push(digest: Uint8Array): void {
    let node = digest
    // As many subtrees close as the count has trailing ones.
    for (let count = this.#count; count % 2 === 1; count = (count - 1) / 2) {
      const closed = this.#digests.pop()
      invariant(closed !== undefined, 'the stack has a digest for each one of its count in binary')
      node = sha256(closed, node)
    }
    this.#digests.push(node)
    this.#count++
  }

  /** Takes nodes whose digests lie one after the other. */
  pushAll(digests: Uint8Array): void {
    for (let at = 0; at < digests.length; at += DIGEST_SIZE) this.push(digests.subarray(at, at + DIGEST_SIZE))
  }

  /** Number of nodes so far. */
  get count(): number {
    return this.#count
  }

  /**
   * The root over all nodes so far; more may follow.
   *
   * @throws {RangeError} no node was pushed
   */
  root(): Buffer {
    if (this.#digests.length === 0) throw new RangeError('A tree hash needs at least one piece.')
    return Buffer.from(this.#digests.reduceRight((right, left) => sha256(left, right)))
  }
}

/**
 * Computes the tree hash of bytes in any number of updates, like `crypto.Hash`. Its state grows with the logarithm of
 * the size.
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
  #leafSize = LEAF_SIZE
  /** Bytes that the current leaf still takes. */
  #room = LEAF_SIZE
  #done = false

  /**
   * @param onLeaf - called with the digest of each 1 MiB leaf, in order, the last one by `digest()`; it must not change
   *   the digest
   * @throws {TypeError} `onLeaf` is not a function
   */
  constructor(onLeaf?: (digest: Uint8Array) => void) {
    IF_FUNCTION(onLeaf, 'onLeaf', 'TreeHash')
    this.#onLeaf = onLeaf
  }

  /**
   * A tree hash with leaves of another size, for a simulation.
   *
   * @internal
   */
  static withLeafSize(leafSize: number): TreeHash {
    const hash = new TreeHash()
    hash.#leafSize = leafSize
    hash.#room = leafSize
    return hash
  }

  /**
   * Takes the next bytes. They are read before it returns, and are not kept.
   *
   * @throws {TypeError} `bytes` is not a Uint8Array
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
   * Ends the hash and returns the root. For no bytes it is SHA-256 of nothing, by convention
   * (docs/glacier-protocol.md#tree-hash).
   *
   * @returns 32 bytes, or with `'hex'` 64 lowercase digits
   * @throws {TypeError} an encoding that is not a string
   * @throws {RangeError} an encoding other than `'hex'`
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
    this.#room = this.#leafSize
  }
}

/**
 * The tree hash of bytes in memory, lowercase hex.
 *
 * @throws {TypeError} `bytes` is not a Uint8Array
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
 * Combines the tree hashes of an archive's pieces, in order, to the tree hash of the archive
 * (docs/glacier-protocol.md#tree-hashes-of-parts).
 *
 * All pieces but the last must have the same size, a power of two in MiB, as the parts of an upload do. For other pieces
 * the result is not the tree hash of the archive.
 *
 * @param treeHashes - the tree hash of each piece, as hex or 32 bytes; at least one
 * @returns lowercase hex
 * @throws {TypeError} not an iterable, or a piece that is neither a string nor bytes
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

/** Both hashes of an upload request, lowercase hex. */
export interface Checksums {
  /** SHA-256 of all bytes, for `x-amz-content-sha256`. */
  readonly linearHash: string
  /** The tree hash, for `x-amz-sha256-tree-hash`. */
  readonly treeHash: string
}

/**
 * The linear hash and the tree hash of bytes in memory, like the function of this name in the AWS SDK for JavaScript v2.
 *
 * @throws {TypeError} `bytes` is not a Uint8Array
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
