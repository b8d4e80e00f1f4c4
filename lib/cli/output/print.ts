/**
 * How commands print: data and IDs on stdout, everything else on stderr.
 *
 * Text from the service or from the description of an archive is printed with the characters escaped that are unsafe on a
 * terminal.
 */
import type { Io } from '../io.js'
import { printable } from './printable.js'
import { writeAbove } from './status-line.js'

const LINE_END = Buffer.from('\n')

/**
 * Writes a line of data to stdout.
 *
 * @throws an error of the system, `EPIPE` when stdout is closed
 */
export function printData(io: Io, line: string): Promise<void> {
  return write(io, `${printable(line)}\n`)
}

/**
 * Writes a line of data to stdout byte by byte, for programs that read names from it. On a terminal, control characters
 * are escaped.
 *
 * @throws as {@link printData}
 */
export function printExact(io: Io, line: Buffer): Promise<void> {
  return io.stdout.isTTY ? printData(io, line.toString()) : write(io, Buffer.concat([line, LINE_END]))
}

/**
 * Writes text to stdout unchanged.
 *
 * @throws as {@link printData}
 */
export function write(io: Io, text: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    io.stdout.write(text, (error) => {
      if (error) reject(error)
      else resolve()
    })
  })
}

/**
 * Writes many lines of data to stdout, block by block.
 *
 * @throws as {@link printData}
 */
export async function printLines(io: Io, blocks: AsyncIterable<readonly string[]>): Promise<void> {
  for await (const lines of blocks)
    if (lines.length > 0) await write(io, `${lines.map(printable).join('\n')}\n`)
}

/**
 * Writes an object as one line of JSON to stdout.
 *
 * @throws as {@link printData}
 */
export function printJson(io: Io, value: object): Promise<void> {
  return printData(io, JSON.stringify(value))
}

/** Writes a line for people to stderr, above the status line if one is shown. */
export function printNote(io: Io, line: string): void {
  writeAbove(io.stderr, `glacier-pipe: ${printable(line)}\n`)
}
