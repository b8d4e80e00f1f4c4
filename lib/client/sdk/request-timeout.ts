/**
 * The time limits of one request, whoever made the client: the SDK's own default is to wait for ever.
 *
 * - idle: nothing moved, neither a piece of the body out nor anything in
 * - whole: the request takes longer than the slowest line worth waiting for would need
 */
import { ConnectionError } from '../../errors.js'
import { onAbort } from '../../streams/caller-signal.js'

/** Milliseconds in which something must move, where nothing is said. */
export const DEFAULT_IDLE_TIMEOUT = 300_000
/** Bytes a millisecond below which a request is given up, after an allowance of several idle times. */
const SLOWEST = 4096 / 1000
const ALLOWANCE = 6
/** Milliseconds past which `setTimeout` would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/** How long a request may take, in milliseconds. */
export interface TimeLimits {
  /** Without anything moving. */
  readonly idle: number
  /** In all. */
  readonly whole: number
}

/**
 * The limits for a request.
 *
 * @param size - bytes of its body, or of its answer's
 */
export function timeLimitsFor(idle: number, size: number): TimeLimits {
  return { idle, whole: Math.min(ALLOWANCE * idle + size / SLOWEST, LONGEST_TIMER) }
}

/**
 * The idle time is measured in slices. When a request stops waiting here is not known, only that it waited at the end of
 * a slice: neither that slice nor the next one counts.
 */
const SLICES = 4

/** Ends a request that hangs. */
export class RequestWatch {
  readonly #operation: string
  readonly #abort = new AbortController()
  readonly #stopFollowing: () => void
  readonly #idle: NodeJS.Timeout
  #whole: NodeJS.Timeout
  #verdict: ConnectionError | undefined
  #heldUp = 0
  /** Slices of the idle time that have passed since something moved. */
  #quietSlices = 0
  /** Whether the request waited here when the last slice ended. */
  #wasHeldUp = false

  /**
   * @param caller - the caller's signal, which ends the request as well
   * @param isHeldUp - whether the request waits for something here: that time does not count
   */
  constructor(
    operation: string,
    { idle, whole }: TimeLimits,
    caller: AbortSignal | undefined,
    isHeldUp: () => boolean = () => false,
  ) {
    this.#operation = operation
    const slice = idle / SLICES
    this.#idle = setTimeout(() => {
      const heldUp = isHeldUp()
      if (heldUp || this.#wasHeldUp) this.moved(heldUp ? slice : 0)
      else if (++this.#quietSlices < SLICES) this.#idle.refresh()
      else this.#giveUp(`Nothing moved for ${idle / 1000} s.`)
      this.#wasHeldUp = heldUp
    }, slice)
    this.#whole = this.#wholeTimer(whole)
    this.#stopFollowing = onAbort(caller, () => {
      this.#abort.abort(caller?.reason)
    })
  }

  /** Fires when the request must end. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Why it was given up; `undefined` where it was not, or by the caller. */
  get verdict(): ConnectionError | undefined {
    return this.#verdict
  }

  /**
   * Something has moved.
   *
   * @param heldUp - milliseconds for which a limit of ours kept it from moving: they do not count
   */
  moved(heldUp = 0): void {
    this.#heldUp += heldUp
    this.#quietSlices = 0
    this.#idle.refresh()
  }

  /** The request is over. */
  end(): void {
    clearTimeout(this.#idle)
    clearTimeout(this.#whole)
    this.#stopFollowing()
  }

  #wholeTimer(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => {
      const more = this.#heldUp
      this.#heldUp = 0
      if (more > 0) this.#whole = this.#wholeTimer(Math.min(more, LONGEST_TIMER))
      else this.#giveUp('It took longer than the slowest line would.')
    }, milliseconds)
  }

  #giveUp(message: string): void {
    this.#verdict = new ConnectionError(message, { operation: this.#operation, serviceCode: 'TimeoutError' })
    this.#abort.abort(this.#verdict)
  }
}
