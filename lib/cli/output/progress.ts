/**
 * Progress on stderr: one line that is redrawn on a terminal, or a line per minute in a log.
 *
 * It is drawn when bytes have been transferred and enough time has passed, never by a timer.
 */
import type { Io } from '../io.js'
import type { OutputOptions } from '../options/connection-options.js'
import { formatCount, formatDuration, formatSize } from './format.js'
import { printable } from './print.js'

/** The minimum time between two drawings on a terminal. */
const REDRAW_INTERVAL_MS = 200
/** The minimum time between two lines in a log. */
const LOG_INTERVAL_MS = 60_000

const monotonic = (): number => performance.now()

/** Shows the progress of a transfer. */
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
  #transferred = 0
  #parts = 0
  #skipped = 0
  #concurrency: number | undefined
  #onLine = false
  /** The bytes of the whole transfer; `undefined` if they are not known. */
  total: number | undefined

  /**
   * @param verb - the action, past tense, as `stored`
   * @param now - milliseconds of a monotonic clock
   */
  constructor(
    io: Io,
    { quiet = false, progress }: OutputOptions,
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
   * Adds a part that is done.
   *
   * @param isTransferred - whether it was transferred now; false if it was there before
   * @param concurrency - the number of requests at once, if it is to be shown
   */
  add(bytes: number, isTransferred = true, concurrency?: number): void {
    this.#bytes += bytes
    this.#parts++
    if (isTransferred) this.#transferred += bytes
    else this.#skipped++
    this.#concurrency = concurrency
    const now = this.#now()
    if (!this.#shown || now - this.#drawn < (this.#redrawn ? REDRAW_INTERVAL_MS : LOG_INTERVAL_MS)) return
    this.#drawn = now
    this.#draw(this.#line(now))
  }

  /** Clears the line, so that the next output starts on an empty one. */
  stop(): void {
    if (this.#onLine) this.#stderr.write('\r\u001b[K')
    this.#onLine = false
  }

  /** Prints a line for people, which is not drawn over. */
  note(line: string): void {
    this.stop()
    if (!this.#quiet) this.#stderr.write(`glacier-pipe: ${printable(line)}\n`)
  }

  /** Whether no part is done. */
  get isEmpty(): boolean {
    return this.#parts === 0
  }

  /** Ends with a line about the whole transfer. */
  done(): void {
    this.stop()
    if (this.#shown) this.#stderr.write(`glacier-pipe: ${this.#verb} ${this.#amount(this.#now())}\n`)
  }

  #draw(line: string): void {
    this.#stderr.write(this.#redrawn ? `\r${this.#fitted(line)}\u001b[K` : `glacier-pipe: ${line}\n`)
    this.#onLine = this.#redrawn
  }

  /** The beginning of a line that fits into one row: only the last row of a line that wraps would be drawn over. */
  #fitted(line: string): string {
    const { columns } = this.#stderr
    return columns === undefined || columns < 2 ? line : line.slice(0, columns - 1) // 0 if it is not known
  }

  #line(now: number): string {
    const { total } = this
    const requests = this.#concurrency === undefined ? '' : `, ${this.#concurrency} at once`
    if (total === undefined || total <= 0) return printable(`${this.#verb} ${this.#amount(now)}${requests}`)
    const percent = Math.floor((this.#bytes / total) * 100)
    const left = ((now - this.#started) / Math.max(this.#transferred, 1)) * (total - this.#bytes)
    return printable(
      `${this.#verb} ${percent} % of ${formatSize(total)}: ${this.#amount(now)}${requests}, ${formatDuration(left)} left`,
    )
  }

  #amount(now: number): string {
    const elapsed = now - this.#started
    const rate = formatSize((this.#transferred / Math.max(elapsed, 1)) * 1000)
    const parts = formatCount(this.#parts, 'part')
    const skipped = this.#skipped > 0 ? ` (${this.#skipped} already there)` : ''
    return `${formatSize(this.#bytes)} in ${parts}${skipped}, ${rate}/s, ${formatDuration(elapsed)}`
  }
}
