/**
 * When and where progress is shown: by a timer, also while no event arrives; a line that is redrawn, also after events,
 * at most every 200 ms, and when the terminal is resized. Nothing is shown after the signal of the command has fired or
 * a write has failed.
 */
import type { Io } from '../../io.js'
import { printable } from '../printable.js'
import { clearStatusLine, drawStatusLine } from '../status-line.js'
import type { ProgressClock } from './progress-clock.js'
import type { ProgressForm } from './progress-form.js'

/** Milliseconds between two lines of a form. */
const INTERVALS_MS = { line: 1_000, json: 1_000, log: 60_000 }
/** Minimum milliseconds between two drawings that follow events. */
const REDRAW_MS = 200
/** The width of a terminal that does not state it. */
const DEFAULT_COLUMNS = 80

/** The content of a display. */
export interface DisplayContent {
  /** The line for people of at most so many characters; `undefined` if there is nothing to show. */
  readonly line: (maxLength: number) => string | undefined
  /** The object for programs; `undefined` if there is nothing to show. */
  readonly object: () => object | undefined
}

/** Shows progress on stderr. */
export class Display {
  /** The form in which progress is shown. */
  readonly form: ProgressForm
  readonly #io: Pick<Io, 'stderr' | 'signal'>
  readonly #clock: ProgressClock
  readonly #content: DisplayContent
  #shownAtMs: number
  #isSoon = false
  #isOver = false
  #release: (() => void) | undefined

  constructor(
    io: Pick<Io, 'stderr' | 'signal'>,
    form: ProgressForm,
    clock: ProgressClock,
    content: DisplayContent,
  ) {
    this.form = form
    this.#io = io
    this.#clock = clock
    this.#content = content
    this.#shownAtMs = clock.now()
  }

  /** Shows the content at intervals from now on. */
  start(): void {
    const { form } = this
    if (form === 'none' || this.#isOver || this.#release) return
    const { stderr, signal } = this.#io
    const stopTimer = this.#clock.every(INTERVALS_MS[form], this.#show)
    stderr.on('resize', this.redraw)
    signal.addEventListener('abort', this.stop)
    this.#release = () => {
      stopTimer()
      stderr.off('resize', this.redraw)
      signal.removeEventListener('abort', this.stop)
    }
  }

  /** Redraws the line now. The other forms have their intervals. */
  readonly redraw = (): void => {
    if (this.form === 'line') this.#show()
  }

  /**
   * Redraws the line when the current events have been handled, unless it was drawn less than 200 ms ago. Counts that
   * change one after the other at the end of a request are then shown together.
   */
  redrawSoon(): void {
    if (this.#isSoon || this.#clock.now() - this.#shownAtMs < REDRAW_MS) return
    this.#isSoon = true
    this.#clock.soon(() => {
      this.#isSoon = false
      this.redraw()
    })
  }

  /** Shows nothing from now on, and leaves the terminal clean. */
  readonly stop = (): void => {
    this.#isOver = true
    this.#release?.()
    clearStatusLine(this.#io.stderr)
  }

  /** Prints an object as a line of JSON, if that is the form. */
  print(object: object): void {
    if (this.form === 'json') this.#write(`${printable(JSON.stringify(object))}\n`)
  }

  readonly #show = (): void => {
    if (this.#isOver) return
    this.#shownAtMs = this.#clock.now()
    if (this.form === 'json') this.#showObject()
    else if (this.form === 'log') this.#showLogLine()
    else this.#drawLine()
  }

  #showObject(): void {
    const object = this.#content.object()
    if (object) this.print(object)
  }

  #showLogLine(): void {
    const line = this.#content.line(Infinity)
    if (line !== undefined) this.#write(`glacier-pipe: ${line}\n`)
  }

  #drawLine(): void {
    const { stderr } = this.#io
    const { columns = 0 } = stderr // 0 if the terminal does not state it
    const line = this.#content.line((columns > 0 ? columns : DEFAULT_COLUMNS) - 1)
    if (line === undefined) clearStatusLine(stderr)
    else drawStatusLine(stderr, line, this.stop)
  }

  #write(text: string): void {
    this.#io.stderr.write(text, (error) => {
      if (error) this.stop()
    })
  }
}
