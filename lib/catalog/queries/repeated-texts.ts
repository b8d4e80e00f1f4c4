/**
 * Finds texts that appear more than once, in 16 to 32 bytes each: a set of a million archive IDs as strings takes
 * fifteen times as much.
 */

/** The initial number of slots; a power of two, as every later number of slots. */
const FIRST_SLOTS = 4096
/** Number of characters of a text that are hashed: 192 bits of an archive ID, which is random. */
const SAMPLED = 32
/** How many of these are at the beginning of the text; the others are at its end. */
const SAMPLED_BEGINNING = 12

/** A set of texts, of which it keeps hashes of 63 bits. */
export class RepeatedTexts {
  /** Two words for each slot; both are 0 if it is free. */
  #slots = new Uint32Array(2 * FIRST_SLOTS)
  #count = 0

  /**
   * Adds a text, given as bytes: a byte of a buffer is read faster than a character of a part of a string.
   *
   * @param bytes - has the text from `start` up to, not including, `end`
   * @returns `false` if it was not there; `true` if it was, or another text with the same hash was
   */
  seen(bytes: Uint8Array, start = 0, end: number = bytes.length): boolean {
    let high = 0x811c9dc5 ^ (end - start)
    let low = 0x9e3779b9
    const jump = end - start > SAMPLED ? start + SAMPLED_BEGINNING : end
    for (let i = start; i < end; i++) {
      if (i === jump) i = end - SAMPLED + SAMPLED_BEGINNING
      const code = bytes[i] as number // within the text
      high = Math.imul(high ^ code, 0x01000193)
      low = Math.imul(low ^ code, 0x85ebca6b) ^ (low >>> 13)
    }
    const wasThere = this.#put((high | 1) >>> 0, low >>> 0)
    if (!wasThere && 4 * ++this.#count > this.#slots.length) this.#grow()
    return wasThere
  }

  #put(high: number, low: number): boolean {
    const slots = this.#slots
    const last = slots.length - 2
    let at = (2 * (low ^ (high >>> 7))) & last
    while (slots[at] !== 0) {
      if (slots[at] === high && slots[at + 1] === low) return true
      at = (at + 2) & last
    }
    slots[at] = high
    slots[at + 1] = low
    return false
  }

  /** Doubles the slots, so that at most half of them are taken. */
  #grow(): void {
    const before = this.#slots
    this.#slots = new Uint32Array(2 * before.length)
    for (let at = 0; at < before.length; at += 2) {
      const high = before[at] as number // within the array
      if (high !== 0) this.#put(high, before[at + 1] as number)
    }
  }
}
