/**
 * Progress on stderr: a line redrawn on a terminal, a line a minute in a log.
 *
 * It is drawn when something has been transferred and enough time has passed, never by a timer.
 */
import type { Io } from '../io.js'
import { formatDuration, formatSize } from './format.js'
import { printable } from './print.js'

/** How progress is shown. */
export interface ProgressOptions {
  readonly quiet?: boolean
  readonly progress: 'auto' | 'always' | 'never'
}

/** Milliseconds between two drawings on a terminal, and between two lines in a log. */
const REDRAW = 200
const LOG_LINE = 60_000

const monotonic = (): number => performance.now()

/** Tells how a transfer goes. */
export class Progress {
  readonly #stderr: Io['stderr']
  readonly #verb: string
  readonly #quiet: boolean
  readonly #shown: boolean
  readonly #redrawn: boolean
  readonly #now: () => number
  readonly #started: number
  #drawn: number
  #bytes = 0
  #moved = 0
  #pieces = 0
  #skipped = 0
  #atOnce: number | undefined
  #onLine = false
  /** Bytes there will be, where known. */
  total: number | undefined

  /**
   * @param verb - what is being done, past tense, as `stored`
   * @param now - milliseconds by a clock that never jumps
   */
  constructor(
    io: Io,
    { quiet = false, progress }: ProgressOptions,
    verb: string,
    now: () => number = monotonic,
  ) {
    this.#stderr = io.stderr
    this.#verb = verb
    this.#quiet = quiet
    this.#shown = !quiet && progress !== 'never'
    this.#redrawn = progress === 'always' || io.stderr.isTTY === true
    this.#now = now
    this.#started = now()
    this.#drawn = this.#started
  }

  /**
   * Takes note of a piece that has been dealt with.
   *
   * @param moved - whether it was transferred now, and not there before
   * @param atOnce - how many may be under way at once, where that is worth knowing
   */
  add(bytes: number, moved = true, atOnce?: number): void {
    this.#bytes += bytes
    this.#pieces++
    if (moved) this.#moved += bytes
    else this.#skipped++
    this.#atOnce = atOnce
    const now = this.#now()
    if (!this.#shown || now - this.#drawn < (this.#redrawn ? REDRAW : LOG_LINE)) return
    this.#drawn = now
    this.#draw(this.#line(now))
  }

  /** Clears the line, so that what is printed next has one of its own. */
  stop(): void {
    if (this.#onLine) this.#stderr.write('\r\u001b[K')
    this.#onLine = false
  }

  /** Prints a line for people, with nothing drawn over it. */
  note(line: string): void {
    this.stop()
    if (!this.#quiet) this.#stderr.write(`glacier-pipe: ${printable(line)}\n`)
  }

  /** Whether no piece was dealt with. */
  get isEmpty(): boolean {
    return this.#pieces === 0
  }

  /** Ends with a line that says what was transferred. */
  done(): void {
    this.stop()
    if (this.#shown) this.#stderr.write(`glacier-pipe: ${this.#verb} ${this.#amount(this.#now())}\n`)
  }

  #draw(line: string): void {
    this.#stderr.write(this.#redrawn ? `\r${this.#fitted(line)}\u001b[K` : `glacier-pipe: ${line}\n`)
    this.#onLine = this.#redrawn
  }

  /** As much of a line as the terminal shows in one: of a line that wraps, only the last row would be drawn over. */
  #fitted(line: string): string {
    const { columns } = this.#stderr
    return columns === undefined || columns < 2 ? line : line.slice(0, columns - 1) // 0 where it is not known
  }

  #line(now: number): string {
    const { total } = this
    const atOnce = this.#atOnce === undefined ? '' : `, ${this.#atOnce} at once`
    if (total === undefined || total <= 0) return printable(`${this.#verb} ${this.#amount(now)}${atOnce}`)
    const percent = Math.floor((this.#bytes / total) * 100)
    const left = ((now - this.#started) / Math.max(this.#moved, 1)) * (total - this.#bytes)
    return printable(
      `${this.#verb} ${percent} % of ${formatSize(total)}: ${this.#amount(now)}${atOnce}, ${formatDuration(left)} left`,
    )
  }

  #amount(now: number): string {
    const elapsed = now - this.#started
    const rate = formatSize((this.#moved / Math.max(elapsed, 1)) * 1000)
    const pieces = `${this.#pieces} ${this.#pieces === 1 ? 'part' : 'parts'}`
    const skipped = this.#skipped > 0 ? ` (${this.#skipped} were there)` : ''
    return `${formatSize(this.#bytes)} in ${pieces}${skipped}, ${rate}/s, ${formatDuration(elapsed)}`
  }
}
