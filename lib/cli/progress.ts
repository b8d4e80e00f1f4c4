/**
 * Progress on stderr: a line redrawn on a terminal, a line a minute in a log.
 *
 * It is drawn when something has been transferred and enough time has passed, never by a timer.
 */
import { printable, type Io } from './io.js'
import { formatSize } from './size.js'

/** How progress is shown. */
export interface ProgressOptions {
  readonly quiet?: boolean
  readonly progress: 'auto' | 'always' | 'never'
}

/** Milliseconds between two drawings on a terminal, and between two lines in a log. */
const REDRAW = 200
const LOG_LINE = 60_000

/** Tells how a transfer goes. */
export class Progress {
  readonly #stderr: Io['stderr']
  readonly #verb: string
  readonly #shown: boolean
  readonly #redrawn: boolean
  readonly #now: () => number
  readonly #started: number
  #drawn: number
  #bytes = 0
  #pieces = 0
  #onLine = false
  /** Bytes there will be, where known. */
  total: number | undefined

  /**
   * @param verb - what is being done, past tense, as `stored`
   * @param now - milliseconds
   */
  constructor(
    io: Io,
    { quiet = false, progress }: ProgressOptions,
    verb: string,
    now: () => number = Date.now,
  ) {
    this.#stderr = io.stderr
    this.#verb = verb
    this.#shown = !quiet && progress !== 'never'
    this.#redrawn = progress === 'always' || io.stderr.isTTY === true
    this.#now = now
    this.#started = now()
    this.#drawn = this.#started
  }

  /** Takes note of a piece that has been transferred. */
  add(bytes: number): void {
    this.#bytes += bytes
    this.#pieces++
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

  /** Ends with a line that says what was transferred. */
  done(): void {
    this.stop()
    if (this.#shown) this.#stderr.write(`glacier-pipe: ${this.#verb} ${this.#amount(this.#now())}\n`)
  }

  #draw(line: string): void {
    this.#stderr.write(this.#redrawn ? `\r${line}\u001b[K` : `glacier-pipe: ${line}\n`)
    this.#onLine = this.#redrawn
  }

  #line(now: number): string {
    const { total } = this
    if (total === undefined || total <= 0) return printable(`${this.#verb} ${this.#amount(now)}`)
    const percent = Math.floor((this.#bytes / total) * 100)
    const left = ((now - this.#started) / this.#bytes) * (total - this.#bytes)
    return printable(
      `${this.#verb} ${percent} % of ${formatSize(total)}: ${this.#amount(now)}, ${duration(left)} left`,
    )
  }

  #amount(now: number): string {
    const elapsed = now - this.#started
    const rate = formatSize((this.#bytes / Math.max(elapsed, 1)) * 1000)
    return `${formatSize(this.#bytes)} in ${this.#pieces} ${this.#pieces === 1 ? 'part' : 'parts'}, ${rate}/s, ${duration(elapsed)}`
  }
}

/** Milliseconds as `1:02:03` or `2:03`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  const two = (n: number): string => String(n).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}
