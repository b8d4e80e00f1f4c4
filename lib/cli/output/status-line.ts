/**
 * The status line: the last line of a terminal, which is redrawn in place.
 *
 * - The cursor stays at the beginning of the line. When the terminal becomes narrower and wraps the line, the cursor is
 *   still in its first row, so that everything from there on can be erased and no rest stays behind.
 * - Other output on the same stream is written above the line by {@link writeAbove}.
 */
import type { Io } from '../io.js'

type Terminal = Io['stderr']

/** Erases everything from the cursor to the end of the screen. */
const ERASE = '\u001b[J'

/** The text of the status line of each stream that shows one. */
const shown = new WeakMap<Terminal, string>()

/**
 * Draws the status line, in place of the one that is shown.
 *
 * @param text - fewer characters than the terminal has columns; without control characters
 * @param onClosed - called if the stream cannot be written
 */
export function drawStatusLine(terminal: Terminal, text: string, onClosed: () => void): void {
  shown.set(terminal, text)
  terminal.write(`\r${text}${ERASE}\r`, (error) => {
    if (error) onClosed()
  })
}

/** Erases the status line, so that the next output begins on an empty line. */
export function clearStatusLine(terminal: Terminal): void {
  if (shown.delete(terminal)) terminal.write(`\r${ERASE}`)
}

/** Writes whole lines to a stream, above its status line if it shows one. */
export function writeAbove(terminal: Terminal, lines: string): void {
  const text = shown.get(terminal)
  terminal.write(text === undefined ? lines : `\r${ERASE}${lines}${text}\r`)
}
