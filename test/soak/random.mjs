/** Numbers and bytes that a seed determines. */
import { createCipheriv, createHash } from 'node:crypto'

const KEY = Buffer.alloc(16, 7)
const MAX_CHUNK_BYTES = 262_144

/** A generator of pseudorandom numbers: mulberry32. */
export class Random {
  #state

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0
  }

  /** A number from 0 up to, not including, 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let word = this.#state
    word = Math.imul(word ^ (word >>> 15), word | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }

  /**
   * A whole number.
   *
   * @param {number} min - the smallest possible number
   * @param {number} max - the largest possible number
   */
  int(min, max) {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  /** @param {number} probability - from 0 to 1 */
  chance(probability) {
    return this.next() < probability
  }

  /**
   * One of some values.
   *
   * @template T
   * @param {readonly T[]} values - at least one
   * @returns {T}
   */
  pick(values) {
    return /** @type {T} */ (values[this.int(0, values.length - 1)])
  }

  /**
   * One of some names, each with its weight.
   *
   * @template {string} Name
   * @param {Record<Name, number>} weights
   * @returns {Name}
   */
  weighted(weights) {
    const entries = /** @type {[Name, number][]} */ (Object.entries(weights))
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) if ((left -= weight) < 0) return name
    throw new Error('The weights are all 0.')
  }

  /** A size in bytes: each order of magnitude from 1 B to 8 MiB is as likely as another. */
  size() {
    return Math.max(1, Math.floor(2 ** (this.next() * 23)))
  }
}

/**
 * The bytes of a source, which repeat nowhere: an AES keystream, in chunks of random sizes.
 *
 * @param {number} seed
 * @param {number} size
 */
export function* sourceChunks(seed, size) {
  const iv = Buffer.alloc(16)
  iv.writeUInt32BE(seed)
  const cipher = createCipheriv('aes-128-ctr', KEY, iv)
  const random = new Random(seed)
  for (let left = size; left > 0;) {
    const chunk = cipher.update(Buffer.alloc(Math.min(left, random.int(1, MAX_CHUNK_BYTES))))
    left -= chunk.length
    yield chunk
  }
}

/**
 * All bytes of a source.
 *
 * @param {number} seed
 * @param {number} size
 */
export function sourceBytes(seed, size) {
  return Buffer.concat([...sourceChunks(seed, size)])
}

/** @param {Uint8Array} bytes */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
