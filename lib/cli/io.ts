/**
 * What a command reads and writes: data and IDs on stdout, everything else on stderr.
 *
 * Text from the service or from an archive's description is shown with its control characters escaped, so that none
 * of it can steer a terminal.
 */
import type { Readable, Writable } from '../streams/node-streams.js'
import type { Clock } from '../runtime/clock.js'

/** The process as a command sees it. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined }
  /** The descriptor behind stdin, where bytes can be read straight from it. */
  readonly stdinFd?: number | undefined
  readonly stdout: Writable & { readonly isTTY?: boolean | undefined }
  readonly stderr: Writable & {
    readonly isTTY?: boolean | undefined
    /** Of a terminal. */
    readonly columns?: number | undefined
  }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Fires when the process is asked to stop, with the name of the system's signal as its reason. */
  readonly signal: AbortSignal
  /** Where time comes from for pauses between attempts; default the system. */
  readonly clock?: Clock | undefined
}

const CONTROL = /\p{Cc}/u
const CONTROLS = /\p{Cc}/gu
const LINE_END = Buffer.from('\n')

/** Text with every control character written as `\u001b`. */
export function printable(text: string): string {
  return CONTROL.test(text)
    ? text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : text
}

/**
 * Writes a line of data to stdout.
 *
 * @throws the system's error, `EPIPE` where stdout is closed
 */
export function printData(io: Io, line: string): Promise<void> {
  return write(io, `${printable(line)}\n`)
}

/**
 * Writes a line of data to stdout byte by byte, for programs that read names from it; on a terminal with its control
 * characters escaped.
 *
 * @throws as {@link printData}
 */
export function printExact(io: Io, line: Buffer): Promise<void> {
  return io.stdout.isTTY ? printData(io, line.toString()) : write(io, Buffer.concat([line, LINE_END]))
}

/**
 * Writes text to stdout as it is.
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

/** Writes an object as one line of JSON to stdout. */
export function printJson(io: Io, value: object): Promise<void> {
  return printData(io, JSON.stringify(value))
}

/** Writes a line for people to stderr. */
export function printNote(io: Io, line: string): void {
  io.stderr.write(`glacier-pipe: ${printable(line)}\n`)
}
