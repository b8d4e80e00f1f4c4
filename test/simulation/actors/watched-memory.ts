/**
 * The memory of the parts of a simulated upload.
 *
 * - Released memory is filled with a pattern: a request that still reads it sends other bytes than its hashes state.
 * - The parts that are held are counted: they stay within the budget.
 * - Each part is released once: memory that is released again may be another part's by then.
 */
import { PartMemory } from '../../../lib/transfer/part-memory.js'

/** The byte that released memory is filled with. */
const RELEASED = 0xdd

/** Memory for parts that is counted, and damaged when it is released. */
export class WatchedMemory extends PartMemory {
  readonly #maxParts: number
  readonly #misused: (misuse: string) => void
  readonly #own = new WeakSet<ArrayBufferLike>()
  readonly #lent = new Set<ArrayBufferLike>()

  /**
   * @param size - bytes of each part
   * @param maxParts - number of parts that may be held
   * @param misused - called with a description of a wrong use
   */
  constructor(size: number, maxParts: number, misused: (misuse: string) => void) {
    super(size)
    this.#maxParts = maxParts
    this.#misused = misused
  }

  override take(): Buffer {
    const part = super.take()
    this.#lent.add(part.buffer)
    this.#own.add(part.buffer)
    if (this.#lent.size > this.#maxParts) this.#misused(`holds ${this.#lent.size} parts of ${this.#maxParts}`)
    return part
  }

  override release(bytes: Uint8Array): void {
    if (this.#lent.delete(bytes.buffer)) new Uint8Array(bytes.buffer).fill(RELEASED)
    else if (this.#own.has(bytes.buffer)) this.#misused('releases a part twice')
    super.release(bytes)
  }
}
