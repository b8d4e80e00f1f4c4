/**
 * The time limits of one request, with any client: the SDK's own default is to wait forever.
 *
 * - idle: nothing progresses, neither the body that is sent nor the response
 * - total: the request takes longer than the slowest supported connection would need
 *
 * The timers are the system's: a simulation replaces the client or the store, and not the clock of a request.
 */
import { ConnectionError } from '../../errors.js'
import { onAbort } from '../../streams/caller-signal.js'

/** Default of the idle timeout: 5 minutes. */
export const DEFAULT_IDLE_TIMEOUT_MS = 300_000
/** The rate below which a request is given up, in bytes per millisecond, after several idle timeouts. */
const MIN_BYTES_PER_MS = 4096 / 1000
const IDLE_TIMEOUTS_IN_TOTAL = 6
/** The longest delay of `setTimeout`, which fires at once for longer ones. */
const MAX_TIMER_MS = 2 ** 31 - 1

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
  const totalMs = Math.min(IDLE_TIMEOUTS_IN_TOTAL * idleMs + size / MIN_BYTES_PER_MS, MAX_TIMER_MS)
  return { idleMs, totalMs }
}

/**
 * The idle time is measured in slices. The end of a pause is not known, only whether the request was paused at the end
 * of a slice: neither that slice nor the next one counts.
 */
const SLICES = 4

/** Ends a request that does not progress. */
export class RequestTimeout {
  readonly #operation: string
  readonly #abort = new AbortController()
  readonly #stopFollowing: () => void
  readonly #idleTimer: NodeJS.Timeout
  #totalTimer: NodeJS.Timeout
  #error: ConnectionError | undefined
  #pausedMs = 0
  /** Slices of the idle time since the last progress. */
  #idleSlices = 0
  /** Whether the request was paused at the end of the last slice. */
  #wasPaused = false

  /**
   * @param caller - the caller's signal, which ends the request as well
   * @param isPaused - whether the request waits for something on this machine: that time does not count
   */
  constructor(
    operation: string,
    { idleMs, totalMs }: TimeLimits,
    caller: AbortSignal | undefined,
    isPaused: () => boolean = () => false,
  ) {
    this.#operation = operation
    const sliceMs = idleMs / SLICES
    this.#idleTimer = setTimeout(() => {
      const paused = isPaused()
      if (paused || this.#wasPaused) this.progress(paused ? sliceMs : 0)
      else if (++this.#idleSlices < SLICES) this.#idleTimer.refresh()
      else this.#giveUp(`No progress for ${idleMs / 1000} s.`)
      this.#wasPaused = paused
    }, sliceMs)
    this.#totalTimer = this.#startTotalTimer(totalMs)
    this.#stopFollowing = onAbort(caller, () => {
      this.#abort.abort(caller?.reason)
    })
  }

  /** Fires when the request must end. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** The error of a request that was given up; `undefined` if it was not, or if the caller ended it. */
  get error(): ConnectionError | undefined {
    return this.#error
  }

  /**
   * Counts progress: the idle time starts again.
   *
   * @param pausedMs - time for which a limit on this machine delayed it, which does not count
   */
  progress(pausedMs = 0): void {
    this.#pausedMs += pausedMs
    this.#idleSlices = 0
    this.#idleTimer.refresh()
  }

  /** Stops the timers: the request has ended. */
  end(): void {
    clearTimeout(this.#idleTimer)
    clearTimeout(this.#totalTimer)
    this.#stopFollowing()
  }

  #startTotalTimer(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => {
      const extraMs = this.#pausedMs
      this.#pausedMs = 0
      if (extraMs > 0) this.#totalTimer = this.#startTotalTimer(Math.min(extraMs, MAX_TIMER_MS))
      else this.#giveUp('It took longer than the slowest supported connection needs.')
    }, milliseconds)
  }

  #giveUp(message: string): void {
    this.#error = new ConnectionError(message, { operation: this.#operation, serviceCode: 'TimeoutError' })
    this.#abort.abort(this.#error)
  }
}
