/** The progress of an operation on stderr: as a line that is redrawn, as lines of a log, or as JSON. */
import type { Io } from '../../io.js'
import type { OutputOptions } from '../../options/connection-options.js'
import type { RetrievalTime } from '../../../glacier/retrieval-times.js'
import type { TransferProgress } from '../../../transfer/progress.js'
import { printNote } from '../print.js'
import { Display } from './display.js'
import type { Operation, ReadyJob, Section } from './operation.js'
import { systemProgressClock, type ProgressClock } from './progress-clock.js'
import { progressForm } from './progress-form.js'
import { endJson, progressJson, readyJson, waitingJson, type Outcome } from './progress-json.js'
import { summaryLine, transferLine } from './transfer-line.js'
import { TransferModel, type TransferSnapshot } from './transfer-model.js'
import { waitFor, waitingLine, type Wait, type WaitedJob } from './waiting-line.js'

/** A transfer whose progress is shown. */
export interface TransferSource {
  /** The transfer as it stands; `undefined` before it begins. */
  readonly progress: TransferProgress | undefined
  on(event: 'progress', listener: (progress: TransferProgress) => void): unknown
}

/** The behaviour of a display that its command decides on. */
export interface ProgressSettings {
  /** Whether the command prints data on a terminal. */
  readonly isDataOnTerminal?: boolean
  /** Default: the clock of the system. */
  readonly clock?: ProgressClock
}

/** Shows the progress of an operation. It must be ended by {@link Progress.done} or {@link Progress.end}. */
export class Progress {
  readonly #io: Io
  readonly #options: OutputOptions
  readonly #operation: Operation
  readonly #clock: ProgressClock
  readonly #model: TransferModel
  readonly #display: Display
  #source: TransferSource | undefined
  #section: () => Section | undefined = () => undefined
  #wait: Wait | undefined
  /** The bytes on the wire when the wait began: more of them end it. */
  #bytesBeforeWait = 0

  constructor(io: Io, options: OutputOptions, operation: Operation, settings: ProgressSettings = {}) {
    const { clock = systemProgressClock, isDataOnTerminal } = settings
    this.#io = io
    this.#options = options
    this.#operation = operation
    this.#clock = clock
    this.#model = new TransferModel(clock.now())
    this.#display = new Display(io, progressForm(options, io, isDataOnTerminal), clock, {
      line: (maxLength) => this.#line(maxLength),
      object: () => this.#object(),
    })
  }

  /**
   * Shows a transfer from now on.
   *
   * @param section - returns the volume or the job in progress; default none
   */
  follow(source: TransferSource, section: () => Section | undefined = () => undefined): void {
    this.#source = source
    this.#section = section
    source.on('progress', () => {
      this.#update()
      this.#display.redrawSoon()
    })
    this.#display.start()
  }

  /**
   * Shows that a job is waited for. The clock of the transfer stands still meanwhile.
   *
   * @param usual - the time that such a job takes; default that of its tier in a vault
   */
  waiting(job: WaitedJob, usual?: RetrievalTime): void {
    this.#wait = waitFor(job, this.#clock.wallNow(), usual)
    this.#bytesBeforeWait = this.#source?.progress?.sentBytes ?? 0
    this.#model.beginWaiting(this.#clock.now())
    this.#display.start()
    this.#display.redraw()
  }

  /** Notes that a job is ready, if it was waited for. */
  ready(job: ReadyJob): void {
    const isWaitedFor = this.#wait !== undefined
    this.#endWait()
    this.#display.redraw()
    this.#display.print(readyJson(job.jobId, this.#operation))
    if (isWaitedFor) this.note(this.#operation.readyText(job))
  }

  /** Prints a line for people above the progress, unless the command is quiet. */
  note(line: string): void {
    if (!this.#options.quiet) printNote(this.#io, line)
  }

  /** Ends with a line about the whole transfer. */
  done(): void {
    this.end('success')
    const { quiet, progress } = this.#options
    if (quiet || progress === 'never' || progress === 'json') return
    printNote(this.#io, summaryLine(this.#snapshot(), this.#operation))
  }

  /**
   * Ends without a line for people.
   *
   * @param outcome - default: `stopped` if the signal of the command has fired, or else `failure`
   */
  end(outcome: Outcome = this.#io.signal.aborted ? 'stopped' : 'failure'): void {
    this.#endWait()
    this.#display.stop()
    this.#display.print(endJson(this.#source && this.#snapshot(), this.#operation, this.#section(), outcome))
  }

  #line(maxLength: number): string | undefined {
    const snapshot = this.#snapshot()
    if (!this.#wait)
      return this.#source && transferLine(snapshot, this.#operation, this.#section(), maxLength)
    const wallNowMs = this.#clock.wallNow()
    return waitingLine(this.#wait, snapshot, this.#operation, this.#section(), { wallNowMs, maxLength })
  }

  #object(): object | undefined {
    const snapshot = this.#snapshot()
    if (!this.#wait) return this.#source && progressJson(snapshot, this.#operation, this.#section())
    return waitingJson(this.#wait, snapshot, this.#operation, this.#section(), this.#clock.wallNow())
  }

  #snapshot(): TransferSnapshot {
    this.#update()
    return this.#model.snapshot(this.#clock.now())
  }

  /** Takes the numbers of the transfer. Bytes that arrive end a wait: a job may be replaced while others are read. */
  #update(): void {
    const counts = this.#source?.progress
    if (!counts) return
    if (this.#wait && counts.sentBytes > this.#bytesBeforeWait) this.#endWait()
    this.#model.update(counts, this.#clock.now())
  }

  #endWait(): void {
    this.#wait = undefined
    this.#model.endWaiting(this.#clock.now())
  }
}
