/**
 * Writes lines to a file that several processes append to, so that no line is torn.
 *
 * Systems do not interleave single writes to a file opened for appending. So each write has whole lines only. If a write
 * takes fewer bytes than it was given (the disk is full, a limit was reached), the rest does not simply follow: a line of
 * another process may stand in between. The torn line is ended and written again as a whole.
 */

/** Maximum number of bytes in one write, and thus in one line. */
export const MAX_WRITE_BYTES = 65_536
/** Maximum number of short writes of one block of lines: a disk that takes a few bytes at a time is full. */
const MAX_SHORT_WRITES = 8
const NEW_LINE = 10

/** Appends bytes to the file in one system call; resolves to the number of bytes that were written. */
export type AppendBytes = (bytes: Uint8Array) => Promise<number>

/** Writes lines to one file. Calls must not overlap. */
export class LineWriter {
  readonly #append: AppendBytes
  /** Whether the file ends in a part of a line that this writer wrote. */
  #torn = false

  constructor(append: AppendBytes) {
    this.#append = append
  }

  /**
   * Writes lines.
   *
   * @param lines - without their line ends
   * @throws {RangeError} a line is longer than {@link MAX_WRITE_BYTES}; nothing was written
   * @throws the system's error; lines before the failure may be in the file
   */
  async write(lines: readonly string[]): Promise<void> {
    for (const block of blocksOf(lines)) {
      try {
        await this.#writeBlock(block)
      } catch (error) {
        await this.#endTornLine()
        throw error
      }
    }
  }

  async #writeBlock(block: Buffer): Promise<void> {
    let rest = this.#torn ? afterLineEnd(block) : block
    for (let short = 0; short < MAX_SHORT_WRITES; short++) {
      const written = await this.#append(rest)
      if (written > 0) this.#torn = rest[written - 1] !== NEW_LINE
      if (written === rest.length) return
      rest = restOf(rest, written)
    }
    throw new Error(
      `${MAX_SHORT_WRITES} writes took only some of the bytes they were given. The disk may be full: make room, and run the same again.`,
    )
  }

  /** Ends a torn line, if there is room for one byte; otherwise the next write does it. */
  async #endTornLine(): Promise<void> {
    if (!this.#torn) return
    try {
      if ((await this.#append(Buffer.of(NEW_LINE))) === 1) this.#torn = false
    } catch {
      // The first error says why.
    }
  }
}

/** Joins lines into blocks of one write each. One byte is left free for the line end of {@link afterLineEnd}. */
function blocksOf(lines: readonly string[]): Buffer[] {
  const blocks: Buffer[] = []
  let block: Buffer[] = []
  let size = 0
  for (const line of lines) {
    const bytes = Buffer.from(`${line}\n`)
    if (bytes.length >= MAX_WRITE_BYTES)
      throw new RangeError(`A line has ${bytes.length} bytes; at most ${MAX_WRITE_BYTES - 1} are allowed.`)
    if (size + bytes.length >= MAX_WRITE_BYTES) {
      blocks.push(Buffer.concat(block))
      block = []
      size = 0
    }
    block.push(bytes)
    size += bytes.length
  }
  if (size > 0) blocks.push(Buffer.concat(block))
  return blocks
}

/** Returns the bytes to be written after a short write: the torn line as a whole, and the lines behind it. */
function restOf(block: Buffer, written: number): Buffer {
  const lineStart = written === 0 ? 0 : block.lastIndexOf(NEW_LINE, written - 1) + 1
  // If no line is torn, or only its end is missing, the rest can follow as it is.
  if (lineStart === written || block[written] === NEW_LINE) return block.subarray(written)
  return afterLineEnd(block.subarray(lineStart))
}

function afterLineEnd(lines: Buffer): Buffer {
  return Buffer.concat([Buffer.of(NEW_LINE), lines])
}
