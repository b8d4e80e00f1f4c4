/**
 * The memory of the parts of a simulated upload.
 *
 * - Released memory is filled with a pattern: a request that still reads it sends other bytes than its hashes state.
 * - The parts that are held are counted: they stay within the budget.
 * - Each part is released once: memory that is released again may be another part's by then.
 */
import { PartMemory } from '../../../lib/transfer/part-memory.js'
import type { InvariantName } from '../world/invariants.js'

/** The byte that released memory is filled with. */
const RELEASED = 0xdd

/** Memory for parts that is counted, and damaged when it is released. */
export class WatchedMemory extends PartMemory {
  readonly #maxParts: number
  readonly #broken: (invariant: InvariantName, message: string) => void
  readonly #own = new WeakSet<ArrayBufferLike>()
  readonly #lent = new Set<ArrayBufferLike>()

  /**
   * @param size - bytes of each part
   * @param maxParts - number of parts that may be held
   * @param broken - called with an invariant that is broken
   */
  constructor(size: number, maxParts: number, broken: (invariant: InvariantName, message: string) => void) {
    super(size)
    this.#maxParts = maxParts
    this.#broken = broken
  }

  override take(): Buffer {
    const part = super.take()
    this.#lent.add(part.buffer)
    this.#own.add(part.buffer)
    if (this.#lent.size > this.#maxParts)
      this.#broken('parts stay within the budget', `${this.#lent.size} parts of ${this.#maxParts} are held`)
    return part
  }

  override release(bytes: Uint8Array): void {
    if (this.#lent.delete(bytes.buffer)) new Uint8Array(bytes.buffer).fill(RELEASED)
    else if (this.#own.has(bytes.buffer))
      this.#broken('the memory of a part is released once', 'a part is released again')
    super.release(bytes)
  }
}
