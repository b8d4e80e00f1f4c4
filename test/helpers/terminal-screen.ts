const ERASE = '\u001b[J'
const PIECES = new RegExp(`${ERASE.replace('[', '\\[')}|[^]`, 'gu')

/**
 * A terminal as far as a status line needs one: printable characters, `\r`, `\n` as a terminal driver passes it, and `ESC[J`.
 * Any other control character or escape sequence is an error.
 */
export class TerminalScreen {
  /** Whether a character was written past the last column, so that the line went on in the next row. */
  hasWrapped = false
  #columns: number
  /** Whether lines are wrapped again when the width changes; otherwise they are cut. */
  readonly #reflows: boolean
  /** The lines, each of any length. */
  #lines = ['']
  #row = 0
  #offset = 0

  constructor(columns: number, reflows = true) {
    this.#columns = columns
    this.#reflows = reflows
  }

  /** Takes what is written to the terminal. */
  write(text: string): void {
    for (const [piece] of text.matchAll(PIECES)) {
      if (piece === ERASE) this.#erase()
      else if (piece === '\r') this.#offset -= this.#offset % this.#columns
      else if (piece === '\n') this.#newLine()
      else if (/^\p{Cc}$/u.test(piece)) throw new Error(`${JSON.stringify(piece)} in ${JSON.stringify(text)}`)
      else this.#print(piece)
    }
  }

  /** Changes the width. */
  resize(columns: number): void {
    this.#columns = columns
    if (!this.#reflows) this.#lines = this.#lines.map((line) => line.slice(0, columns))
  }

  /** The rows that can be seen. */
  get rows(): string[] {
    return this.#lines.flatMap((line) => {
      const rows = line.match(new RegExp(`.{1,${this.#columns}}`, 'g')) ?? ['']
      return rows.map((row) => row.trimEnd())
    })
  }

  /** Whether the cursor is at the beginning of an empty last line. */
  get isClean(): boolean {
    return this.#offset === 0 && this.#row === this.#lines.length - 1 && this.#lines.at(-1) === ''
  }

  #print(character: string): void {
    if (this.#offset >= this.#columns) this.hasWrapped = true
    const line = (this.#lines[this.#row] ?? '').padEnd(this.#offset)
    this.#lines[this.#row] = line.slice(0, this.#offset) + character + line.slice(this.#offset + 1)
    this.#offset++
  }

  #newLine(): void {
    this.#row++
    this.#offset = 0
    if (this.#row === this.#lines.length) this.#lines.push('')
  }

  #erase(): void {
    const line = this.#lines[this.#row] ?? ''
    this.#lines = [...this.#lines.slice(0, this.#row), line.slice(0, this.#offset)]
  }
}
