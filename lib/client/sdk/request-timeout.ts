/**
 * The time limits of one request, with any client: the SDK's own default is to wait forever.
 *
 * - idle: nothing progresses, neither the body that is sent nor the response
 * - total: the request takes longer than the slowest supported connection would need
 *
 * Both are measured by a clock that a simulation replaces.
 */
import { AbortError, ConnectionError } from '../../errors.js'
import { systemClock, type Clock } from '../../runtime/clock.js'
import { onAbort } from '../../streams/caller-signal.js'

/** Default of the idle timeout: 5 minutes. */
export const DEFAULT_IDLE_TIMEOUT_MS = 300_000
/** The rate below which a request is given up, in bytes per millisecond, after several idle timeouts. */
const MIN_BYTES_PER_MS = 4096 / 1000
const IDLE_TIMEOUTS_IN_TOTAL = 6

/** The time limits of one request. */
export interface TimeLimits {
  /** Maximum time without progress. */
  readonly idleMs: number
  /** Maximum time in total. */
  readonly totalMs: number
}

/**
 * Returns the limits for a request.
 *
 * @param size - bytes of its body, or of its response's
 */
export function timeLimitsFor(idleMs: number, size: number): TimeLimits {
  return { idleMs, totalMs: IDLE_TIMEOUTS_IN_TOTAL * idleMs + size / MIN_BYTES_PER_MS }
}

/**
 * The idle time is measured in slices. The end of a pause is not known, only whether the request was paused at the end
 * of a slice: neither that slice nor the next one counts. A slice is also the longest sleep, so that the total time may
 * be longer than the longest delay of `setTimeout`.
 */
const SLICES = 4

/** Ends a request that does not progress. */
export class RequestTimeout {
  readonly #operation: string
  readonly #idleMs: number
  readonly #isPaused: () => boolean
  readonly #clock: Clock
  readonly #abort = new AbortController()
  readonly #watching = new AbortController()
  readonly #stopFollowing: () => void
  #error: ConnectionError | undefined
  /** When the total time is over. */
  #deadlineMs: number
  #sliceStartMs: number
  /** Slices of the idle time since the last progress. */
  #idleSlices = 0
  /** Whether the request was paused at the end of the last slice. */
  #wasPaused = false

  /**
   * @param caller - the caller's signal, which ends the request as well
   * @param isPaused - whether the request waits for something on this machine: that time does not count
   * @param clock - measures the time; default the system's
   */
  constructor(
    operation: string,
    { idleMs, totalMs }: TimeLimits,
    caller: AbortSignal | undefined,
    isPaused: () => boolean = () => false,
    clock: Clock = systemClock,
  ) {
    this.#operation = operation
    this.#idleMs = idleMs
    this.#isPaused = isPaused
    this.#clock = clock
    this.#sliceStartMs = clock.now()
    this.#deadlineMs = this.#sliceStartMs + totalMs
    this.#stopFollowing = onAbort(caller, () => {
      this.#abort.abort(caller?.reason)
    })
    void this.#watch()
  }

  /** Fires when the request must end. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** The error of a request that was given up; `undefined` if it was not, or if the caller ended it. */
  get error(): ConnectionError | undefined {
    return this.#error
  }

  /** Counts progress: the idle time starts again. */
  progress(): void {
    this.#idleSlices = 0
    this.#sliceStartMs = this.#clock.now()
  }

  /** Begins a pause on this machine, which does not count. Returns a function that ends it, which counts as progress. */
  pause(): () => void {
    const startMs = this.#clock.now()
    return () => {
      this.progress()
      this.#deadlineMs += this.#sliceStartMs - startMs
    }
  }

  /** Ends a request whose response has been received: the rest of its body is not sent. */
  cancel(): void {
    this.#abort.abort(new AbortError())
  }

  /** Stops the measurement: the request has ended. */
  end(): void {
    this.#watching.abort(this)
    this.#stopFollowing()
  }

  async #watch(): Promise<void> {
    const sliceMs = this.#idleMs / SLICES
    while (this.#error === undefined) {
      const nowMs = this.#clock.now()
      const dueMs = Math.min(this.#sliceStartMs + sliceMs, this.#deadlineMs)
      if (nowMs < dueMs) {
        const slept = this.#clock.sleep(dueMs - nowMs, this.#watching.signal)
        const hasEnded = await slept.then(
          () => false,
          () => true,
        )
        if (hasEnded) return
      } else if (nowMs >= this.#deadlineMs) {
        this.#giveUp('It took longer than the slowest supported connection needs.')
      } else this.#endSlice(sliceMs)
    }
  }

  #endSlice(sliceMs: number): void {
    const paused = this.#isPaused()
    if (paused || this.#wasPaused) {
      this.progress()
      if (paused) this.#deadlineMs += sliceMs
    } else if (++this.#idleSlices < SLICES) this.#sliceStartMs = this.#clock.now()
    else this.#giveUp(`No progress for ${this.#idleMs / 1000} s.`)
    this.#wasPaused = paused
  }

  #giveUp(message: string): void {
    this.#error = new ConnectionError(message, { operation: this.#operation, serviceCode: 'TimeoutError' })
    this.#abort.abort(this.#error)
  }
}
