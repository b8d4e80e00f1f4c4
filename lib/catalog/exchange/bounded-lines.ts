/** Splits bytes of any origin into lines, without ever holding more than one line and one chunk. */
import { MAX_WRITE_BYTES } from '../lines/line-writer.js'
import { ImportError } from './import-error.js'

const NEW_LINE = 10
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** A line, without its end. */
export interface NumberedLine {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/**
 * Splits chunks into lines. The last line may have no line end. A byte order mark at the beginning is left out.
 *
 * @throws {ImportError} a line is longer than a record may be, or is not UTF-8
 */
export async function* boundedLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<NumberedLine, void, undefined> {
  let number = 1
  let held: Uint8Array[] = []
  let heldBytes = 0
  const hold = (part: Uint8Array): void => {
    heldBytes += part.length
    if (heldBytes >= MAX_WRITE_BYTES)
      throw new ImportError(number, `it is longer than ${MAX_WRITE_BYTES - 1} bytes, which no record is.`)
    held.push(part)
  }
  const take = (): NumberedLine => {
    const line = { number, text: textOf(Buffer.concat(held), number) }
    held = []
    heldBytes = 0
    number++
    return line
  }
  for await (const chunk of chunks) {
    let start = 0 // of the line that is being read
    for (let end = chunk.indexOf(NEW_LINE); end !== -1; end = chunk.indexOf(NEW_LINE, start)) {
      hold(chunk.subarray(start, end))
      yield take()
      start = end + 1
    }
    hold(Buffer.from(chunk.subarray(start))) // a copy: the source may use the chunk again
  }
  if (heldBytes > 0) yield take()
}

function textOf(bytes: Buffer, number: number): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new ImportError(number, 'it is not UTF-8.')
  }
}
