/**
 * Another attempt at what failed and may go better: after a pause of full jitter that grows to a minute, for as long
 * as the budget lasts since anything last succeeded.
 *
 * One `Retry` serves all requests of a transfer, so that one slow request among many that succeed is not given up.
 * A request that begins after a long quiet has its budget from its own beginning.
 */
import { RetriesExhaustedError } from '../errors.js'
import { systemClock, type Clock } from './clock.js'
import { failureKindOf } from './failure.js'

/** Milliseconds for which attempts go on where nothing is said: 6 hours. */
export const DEFAULT_RETRY_FOR: number = 6 * 3_600_000

const FIRST_PAUSE = 500
const LONGEST_PAUSE = 60_000
/** Attempts in all at what arrives damaged, or with credentials that are expired. */
const FEW = 4

/** How failures are met. */
export interface RetryOptions {
  /** Milliseconds since the last success for which attempts go on; default 6 hours. 0: no second attempt. */
  readonly retryFor?: number | undefined
  /** Where time and chance come from; for tests. */
  readonly clock?: Clock | undefined
}

/** An attempt that failed, and when the next one comes. */
export interface RetryNotice {
  readonly error: Error
  /** How many attempts at this request have failed. */
  readonly attempts: number
  /** Milliseconds until the next. */
  readonly pause: number
}

/** What has credentials that expire, and can get fresh ones: a `VaultClient`. */
interface Refreshable {
  refreshCredentials?(): Promise<void>
}

/** Makes attempts. */
export class Retry {
  readonly clock: Clock
  readonly #retryFor: number
  readonly #credentials: Refreshable
  readonly #onRetry: (notice: RetryNotice) => void
  #lastSuccess = -Infinity

  /**
   * @param credentials - refreshed before another attempt where they were expired: the client
   * @param onRetry - hears of each failure that is met with another attempt
   * @throws {RangeError} a budget that is none
   */
  constructor(
    { retryFor = DEFAULT_RETRY_FOR, clock = systemClock }: RetryOptions,
    credentials: Refreshable = {},
    onRetry: (notice: RetryNotice) => void = () => undefined,
  ) {
    if (!(retryFor >= 0))
      throw new RangeError(`The time for retries is milliseconds from 0 up, not ${retryFor}.`)
    this.clock = clock
    this.#retryFor = retryFor
    this.#credentials = credentials
    this.#onRetry = onRetry
  }

  /**
   * Runs an attempt until one succeeds.
   *
   * @param signal - ends the pauses; an attempt under way must mind it by itself
   * @throws {RetriesExhaustedError} `ERR_RETRIES_EXHAUSTED`: the last of several attempts failed; `cause` says why
   * @throws what the attempt threw, where no other could do better or none was allowed
   */
  async run<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const started = this.clock.now()
    let success: { readonly result: T } | undefined
    for (let attempts = 1; !success; attempts++) {
      try {
        success = { result: await attempt() }
      } catch (error) {
        await this.#pauseAfter(error as Error, attempts, started, signal)
      }
    }
    this.#lastSuccess = this.clock.now()
    return success.result
  }

  async #pauseAfter(error: Error, attempts: number, started: number, signal?: AbortSignal): Promise<void> {
    const kind = failureKindOf(error)
    if (signal?.aborted || kind === 'final') throw error
    const since = Math.max(started, this.#lastSuccess)
    const left = since + this.#retryFor - this.clock.now()
    const isFew = kind === 'corrupted' || kind === 'expired'
    if (left <= 0 || (isFew && attempts >= FEW)) {
      throw attempts === 1 || isFew
        ? error
        : new RetriesExhaustedError(error, attempts, this.clock.now() - started)
    }
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1), left)
    const pause = this.clock.random() * longest
    this.#onRetry({ error, attempts, pause })
    await this.clock.sleep(pause, signal)
    if (kind === 'expired') await this.#credentials.refreshCredentials?.()
  }
}
