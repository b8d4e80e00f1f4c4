/**
 * The bytes of a file, and which of them would be lost without power.
 *
 * - Each write and each truncation since the last sync is kept with what it has overwritten.
 * - Without power, each of them reaches the disk or does not, independently of the others, and of a write perhaps only
 *   its first bytes. Bytes before them that did not reach the disk are zeros then.
 */

interface Change {
  readonly start: number
  /** The end of the bytes that were written; equal to `start` for a truncation. */
  readonly end: number
  readonly lengthBefore: number
  /** The bytes from `start` on that were overwritten or cut off. */
  readonly before: Uint8Array | undefined
}

/**
 * Decides how much of a change reaches the disk when the power fails.
 *
 * @param bytes - the size of a write; 1 for a truncation
 * @returns from 0 to `bytes`
 */
export type KeptBytes = (bytes: number) => number

const EMPTY = new Uint8Array(0)
/** The size of a write that is checked for zeros only, as those by which a program looks for room on a disk. */
const MANY_BYTES = 4096
const ZEROS = Buffer.alloc(65_536)

/** The bytes of a file. */
export class FileContent {
  /** May be shorter than the file: the bytes behind it are zeros. Its own bytes behind the end of the file are zeros, too. */
  #buffer: Uint8Array = EMPTY
  #length = 0
  #unsynced: Change[] = []

  /** Number of bytes. */
  get length(): number {
    return this.#length
  }

  /** Whether a power cut could lose something. */
  get isUnsynced(): boolean {
    return this.#unsynced.length > 0
  }

  /** Copies bytes into a buffer. Returns their number: 0 at the end. */
  read(target: Uint8Array, offset: number, length: number, position: number): number {
    const end = Math.min(position + length, this.#length)
    if (end <= position) return 0
    const stored = this.#buffer.subarray(position, end)
    target.set(stored, offset)
    target.fill(0, offset + stored.length, offset + end - position)
    return end - position
  }

  /** A copy of all bytes. */
  copy(): Buffer {
    return this.#slice(0, this.#length)
  }

  /** Writes bytes at a position, which may be behind the end. */
  write(bytes: Uint8Array, start: number): void {
    const end = start + bytes.length
    const before = start < this.#length ? this.#slice(start, Math.min(end, this.#length)) : undefined
    this.#unsynced.push({ start, end, lengthBefore: this.#length, before })
    this.#put(bytes, start)
  }

  /** Shortens the file, or extends it with zeros. */
  truncate(length: number): void {
    const before = length < this.#length ? this.#slice(length, this.#length) : undefined
    this.#unsynced.push({ start: length, end: length, lengthBefore: this.#length, before })
    this.#resize(length)
  }

  /** All bytes are on disk from now on. */
  sync(): void {
    if (this.#unsynced.length > 0) this.#unsynced = []
  }

  /** The power fails: what was not synced is lost, unless it happened to reach the disk. */
  losePower(keptBytes: KeptBytes): void {
    const written = this.copy()
    const changes = this.#unsynced
    for (const { start, lengthBefore, before } of changes.toReversed()) {
      this.#resize(lengthBefore)
      if (before) this.#put(before, start)
    }
    for (const { start, end } of changes) {
      const kept = keptBytes(Math.max(1, end - start))
      if (kept === 0) continue
      if (end === start) this.#resize(start)
      else this.#put(written.subarray(start, start + kept), start)
    }
    this.#unsynced = []
  }

  #slice(start: number, end: number): Buffer {
    const bytes = Buffer.alloc(end - start)
    this.read(bytes, 0, bytes.length, start)
    return bytes
  }

  #put(bytes: Uint8Array, start: number): void {
    const end = start + bytes.length
    this.#length = Math.max(this.#length, end)
    if (bytes.length >= MANY_BYTES && ZEROS.subarray(0, bytes.length).equals(bytes)) {
      this.#buffer.fill(0, start, end)
      return
    }
    if (end > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#buffer.length))
      grown.set(this.#buffer)
      this.#buffer = grown
    }
    this.#buffer.set(bytes, start)
  }

  #resize(length: number): void {
    if (length < this.#length) this.#buffer.fill(0, length, this.#length)
    this.#length = length
  }
}
