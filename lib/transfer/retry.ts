/**
 * Another attempt at what failed and may go better: after a pause of full jitter that grows to a minute, for as long
 * as the budget lasts since anything last succeeded.
 *
 * One `Retry` serves all requests of a transfer, so that one slow request among many that succeed is not given up.
 * A request that begins after a long quiet has its budget from its own beginning. A request that fails all the while
 * others succeed is reported once, and has a limit of its own.
 */
import { GlacierPipeError, RetriesExhaustedError } from '../errors.js'
import { isNumber, withMethods } from '../options/rules.js'
import { rule, type RulesOf } from '../options/check-options.js'
import { systemClock, type Clock } from '../runtime/clock.js'
import { failureKindOf } from '../store/failure.js'
import { toCredentialsError } from '../client/sdk/service-error.js'

/** Milliseconds for which attempts go on where nothing is said: 6 hours. */
export const DEFAULT_RETRY_FOR: number = 6 * 3_600_000

const FIRST_PAUSE = 500
const LONGEST_PAUSE = 60_000
/** Attempts in all at what arrives damaged, or with credentials that are expired. */
const FEW = 4
/**
 * How many times `retryFor` a request may fail while others succeed: 24 hours by default. The others show that the
 * service and the line work, so what is wrong with this one seldom passes; but a day covers any outage of one part of
 * the service, and the upload does not expire meanwhile.
 */
const OWN_LIMIT_FACTOR = 4
/** Milliseconds for which a request fails while others succeed before that is reported. */
const STUCK_AFTER = 900_000

/** How failures are met. */
export interface RetryOptions {
  /**
   * Milliseconds since the last success for which attempts go on; default 6 hours. 0: no second attempt. A request
   * that fails while others succeed is given up after four times as long.
   */
  readonly retryFor?: number | undefined
  /** Where time and chance come from; for tests. */
  readonly clock?: Clock | undefined
}

/** The rules of {@link RetryOptions}. */
export const RETRY: RulesOf<RetryOptions> = {
  retryFor: rule('a number of milliseconds from 0 up', isNumber, (value) => value >= 0),
  clock: withMethods('a clock with the methods now(), sleep() and random()', 'now', 'sleep', 'random'),
}

/** An attempt that failed, and when the next one comes. */
export interface RetryNotice {
  readonly error: Error
  /** How many attempts at this request have failed. */
  readonly attempts: number
  /** Milliseconds until the next. */
  readonly pause: number
}

/** A request that keeps failing while others succeed. */
export interface StuckNotice {
  /** The last failure. */
  readonly error: Error
  /** How many attempts at this request have failed. */
  readonly attempts: number
  /** Milliseconds since its first failure. */
  readonly failingMs: number
  /** Milliseconds since its first failure after which it is given up. */
  readonly limitMs: number
}

/** What has credentials that expire, and can get fresh ones: a `VaultClient`. */
export interface Refreshable {
  refreshCredentials?(signal?: AbortSignal): Promise<void>
}

/** How the attempts at one request have gone. */
interface Progress {
  readonly startedAt: number
  attempts: number
  /** Failures of the kinds that are met with few attempts. */
  fewFailures: number
  firstFailureAt: number | undefined
  isReported: boolean
  needsCredentials: boolean
}

/** Makes attempts. */
export class Retry {
  readonly clock: Clock
  readonly #retryFor: number
  readonly #credentials: Refreshable
  readonly #onRetry: (notice: RetryNotice) => void
  readonly #onStuck: (notice: StuckNotice) => void
  #lastSuccess = -Infinity

  /**
   * What `onRetry` or `onStuck` throws ends the request in place of another attempt: a stream passes listeners' errors
   * to `destroy` instead, as `emitOrDestroy` does.
   *
   * @param credentials - refreshed before another attempt where they were expired: the client
   * @param onRetry - called for each failure that is met with another attempt
   * @param onStuck - called once for each request that has failed for 15 minutes while others succeeded, or for
   *   `retryFor` if that is less
   */
  constructor(
    { retryFor = DEFAULT_RETRY_FOR, clock = systemClock }: RetryOptions,
    credentials: Refreshable = {},
    onRetry: (notice: RetryNotice) => void = () => undefined,
    onStuck: (notice: StuckNotice) => void = () => undefined,
  ) {
    this.clock = clock
    this.#retryFor = retryFor
    this.#credentials = credentials
    this.#onRetry = onRetry
    this.#onStuck = onStuck
  }

  /**
   * Runs an attempt until one succeeds.
   *
   * @param signal - ends the pauses; an attempt under way must mind it by itself
   * @throws {RetriesExhaustedError} `ERR_RETRIES_EXHAUSTED`: the last of several attempts failed; `cause` says why
   * @throws what the attempt threw, where no other could do better or none was allowed
   */
  async run<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const progress: Progress = {
      startedAt: this.clock.now(),
      attempts: 0,
      fewFailures: 0,
      firstFailureAt: undefined,
      isReported: false,
      needsCredentials: false,
    }
    let success: { readonly result: T } | undefined
    while (!success) {
      progress.attempts++
      try {
        if (progress.needsCredentials) await this.#refresh(signal)
        progress.needsCredentials = false
        success = { result: await attempt() }
      } catch (error) {
        await this.#pauseAfter(error as Error, progress, signal)
      }
    }
    this.#lastSuccess = this.clock.now()
    return success.result
  }

  async #pauseAfter(error: Error, progress: Progress, signal?: AbortSignal): Promise<void> {
    const kind = failureKindOf(error)
    if (signal?.aborted || kind === 'final') throw error
    if (kind === 'expired') progress.needsCredentials = true
    const isFew = kind === 'corrupted' || kind === 'expired'
    if (isFew && ++progress.fewFailures >= FEW) throw error
    const { attempts, startedAt } = progress
    const now = this.clock.now()
    const firstFailureAt = (progress.firstFailureAt ??= now)
    const end = Math.max(startedAt, this.#lastSuccess) + this.#retryFor
    const ownEnd = firstFailureAt + OWN_LIMIT_FACTOR * this.#retryFor
    const left = Math.min(end, ownEnd) - now
    if (left <= 0)
      throw attempts === 1 || isFew ? error : new RetriesExhaustedError(error, attempts, now - startedAt)
    this.#reportIfStuck(error, progress, firstFailureAt)
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1), left)
    const pause = this.clock.random() * longest
    this.#onRetry({ error, attempts, pause })
    await this.clock.sleep(pause, signal)
  }

  #reportIfStuck(error: Error, progress: Progress, firstFailureAt: number): void {
    const failingMs = this.clock.now() - firstFailureAt
    const isAlone = this.#lastSuccess > firstFailureAt // where nothing succeeds, it is not about this request
    if (progress.isReported || !isAlone || failingMs < Math.min(STUCK_AFTER, this.#retryFor)) return
    progress.isReported = true
    const limitMs = OWN_LIMIT_FACTOR * this.#retryFor
    this.#onStuck({ error, attempts: progress.attempts, failingMs, limitMs })
  }

  /** Gets fresh credentials. They could be fetched before, so a failure to do so now may pass. */
  async #refresh(signal?: AbortSignal): Promise<void> {
    try {
      await this.#credentials.refreshCredentials?.(signal)
    } catch (error) {
      throw error instanceof GlacierPipeError
        ? error
        : toCredentialsError('Credentials', error, 'unavailable')
    }
  }
}
