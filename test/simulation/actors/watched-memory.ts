/**
 * The memory of the parts of a simulated upload.
 *
 * - Released memory is filled with a pattern: a request that still reads it sends other bytes than its hashes state.
 * - The parts that are held are counted: they stay within the budget.
 */
import { PartMemory } from '../../../lib/transfer/part-memory.js'

/** The byte that released memory is filled with. */
const RELEASED = 0xdd

/** Memory for parts that is counted, and damaged when it is released. */
export class WatchedMemory extends PartMemory {
  readonly #maxParts: number
  readonly #exceeded: (held: number) => void
  readonly #lent = new Set<ArrayBufferLike>()

  /**
   * @param size - bytes of each part
   * @param maxParts - number of parts that may be held
   * @param exceeded - called with the number of parts that are held, if they are more
   */
  constructor(size: number, maxParts: number, exceeded: (held: number) => void) {
    super(size)
    this.#maxParts = maxParts
    this.#exceeded = exceeded
  }

  override take(): Buffer {
    const part = super.take()
    this.#lent.add(part.buffer)
    if (this.#lent.size > this.#maxParts) this.#exceeded(this.#lent.size)
    return part
  }

  override release(bytes: Uint8Array): void {
    if (this.#lent.delete(bytes.buffer)) new Uint8Array(bytes.buffer).fill(RELEASED)
    super.release(bytes)
  }
}
