/**
 * Retries: another attempt at a failed request that may succeed, after a random pause that grows up to a minute, until
 * nothing has succeeded for `retryFor`.
 *
 * One `Retry` serves all requests of a transfer, so that one slow request among many that succeed is not given up.
 * A request that begins after a long silence has its `retryFor` from its own beginning. A request that keeps failing
 * while others succeed is reported once, and has a limit of its own.
 */
import { RetriesExhaustedError } from '../errors.js'
import { isNumber, withMethods } from '../options/rules.js'
import { rule, type RulesOf } from '../options/check-options.js'
import { systemClock, type Clock } from '../runtime/clock.js'
import { failureKindOf } from '../store/failure.js'
import { asAbortError } from '../streams/abort-error.js'
import { sleep } from './sleep.js'

/** Default of `retryFor`: 6 hours. */
export const DEFAULT_RETRY_FOR_MS: number = 6 * 3_600_000

const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 60_000
/** Maximum number of attempts at a request that fails by damaged bytes or by expired credentials. */
const MAX_ATTEMPTS_IF_DAMAGED = 4
/**
 * A request may fail for this many times `retryFor` while others succeed: 24 hours by default. The others show that the
 * service and the connection work, so the cause is unlikely to pass; but a day covers any outage of a part of the
 * service, and the upload does not expire meanwhile.
 */
const OWN_LIMIT_FACTOR = 4
/** Time for which a request fails while others succeed before it is reported. */
const STUCK_AFTER_MS = 900_000

/** The options of retries. */
export interface RetryOptions {
  /**
   * Milliseconds since the last success for which a failed request is retried; default 6 hours. 0: no second attempt. A
   * request that fails while others succeed is given up after four times as long.
   */
  readonly retryFor?: number | undefined
  /** The source of time and of random numbers; default the system's. */
  readonly clock?: Clock | undefined
}

/** The rules of {@link RetryOptions}. */
export const RETRY: RulesOf<RetryOptions> = {
  retryFor: rule('a number of milliseconds from 0 up', isNumber, (value) => value >= 0),
  clock: withMethods('a clock with the methods now(), sleep() and random()', 'now', 'sleep', 'random'),
}

/** A failed attempt that is followed by another, the argument of the event `retry`. */
export interface RetryNotice {
  /** The failure. */
  readonly error: Error
  /** The number of attempts at this request that have failed. */
  readonly attempts: number
  /** Milliseconds until the next attempt. */
  readonly pauseMs: number
}

/** A request that keeps failing while others succeed. */
export interface StuckNotice {
  /** The last failure. */
  readonly error: Error
  /** The number of attempts at this request that have failed. */
  readonly attempts: number
  /** Milliseconds since its first failure. */
  readonly failingMs: number
  /** Milliseconds since its first failure after which it is given up. */
  readonly limitMs: number
}

/** A store or client whose credentials expire and can be refreshed. */
export interface CredentialsSource {
  refreshCredentials?(signal?: AbortSignal): Promise<void>
}

/** The state of the attempts at one request. */
interface RequestState {
  readonly startedAt: number
  attempts: number
  /** Failures of the kinds that are retried `MAX_ATTEMPTS_IF_DAMAGED` times only. */
  limitedFailures: number
  firstFailureAt: number | undefined
  isReported: boolean
  needsCredentials: boolean
}

/** Makes the attempts at the requests of a transfer. */
export class Retry {
  /** The source of time and of random numbers. */
  readonly clock: Clock
  readonly #retryForMs: number
  readonly #credentials: CredentialsSource
  readonly #onRetry: (notice: RetryNotice) => void
  readonly #onStuck: (notice: StuckNotice) => void
  #lastSuccessAt = -Infinity

  /**
   * If `onRetry` or `onStuck` throws, the request ends with that error: a stream passes the errors of listeners to
   * `destroy` instead, as `emitOrDestroy` does.
   *
   * @param credentials - the store or client, whose credentials are refreshed when the service reports them as expired
   * @param onRetry - called for each failure that is followed by another attempt
   * @param onStuck - called once for each request that has failed for 15 minutes while others succeeded, or for
   *   `retryFor` if that is less
   */
  constructor(
    { retryFor = DEFAULT_RETRY_FOR_MS, clock = systemClock }: RetryOptions,
    credentials: CredentialsSource = {},
    onRetry: (notice: RetryNotice) => void = () => undefined,
    onStuck: (notice: StuckNotice) => void = () => undefined,
  ) {
    this.clock = clock
    this.#retryForMs = retryFor
    this.#credentials = credentials
    this.#onRetry = onRetry
    this.#onStuck = onStuck
  }

  /**
   * Runs a request until it succeeds.
   *
   * @param attempt - makes one request; it observes the signal by itself
   * @param signal - ends the pauses
   * @throws {RetriesExhaustedError} `ERR_RETRIES_EXHAUSTED`: the last of several attempts failed; `cause` is the reason
   * @throws {AbortError} `ABORT_ERR`: the signal fired
   * @throws the error of the attempt, if another attempt would fail as well or is not allowed
   */
  async run<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const state: RequestState = {
      startedAt: this.clock.now(),
      attempts: 0,
      limitedFailures: 0,
      firstFailureAt: undefined,
      isReported: false,
      needsCredentials: false,
    }
    let success: { readonly result: T } | undefined
    while (!success) {
      state.attempts++
      try {
        if (state.needsCredentials) await this.#credentials.refreshCredentials?.(signal)
        state.needsCredentials = false
        success = { result: await attempt() }
      } catch (error) {
        await this.#pauseAfter(asAbortError(error, signal) as Error, state, signal)
      }
    }
    this.#lastSuccessAt = this.clock.now()
    return success.result
  }

  async #pauseAfter(error: Error, state: RequestState, signal?: AbortSignal): Promise<void> {
    const kind = failureKindOf(error)
    if (signal?.aborted || kind === 'final') throw error
    if (kind === 'expired') state.needsCredentials = true
    const isLimited = kind === 'corrupted' || kind === 'expired'
    if (isLimited && ++state.limitedFailures >= MAX_ATTEMPTS_IF_DAMAGED) throw error
    const { attempts, startedAt } = state
    const now = this.clock.now()
    const firstFailureAt = (state.firstFailureAt ??= now)
    const end = Math.max(startedAt, this.#lastSuccessAt) + this.#retryForMs
    const ownEnd = firstFailureAt + OWN_LIMIT_FACTOR * this.#retryForMs
    const leftMs = Math.min(end, ownEnd) - now
    if (leftMs <= 0)
      throw attempts === 1 || isLimited ? error : new RetriesExhaustedError(error, attempts, now - startedAt)
    this.#reportIfStuck(error, state, firstFailureAt)
    const maxPauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1), leftMs)
    const pauseMs = this.clock.random() * maxPauseMs
    this.#onRetry({ error, attempts, pauseMs })
    await sleep(this.clock, pauseMs, signal)
  }

  #reportIfStuck(error: Error, state: RequestState, firstFailureAt: number): void {
    const failingMs = this.clock.now() - firstFailureAt
    const doOthersSucceed = this.#lastSuccessAt > firstFailureAt // if nothing succeeds, it is not about this request
    if (state.isReported || !doOthersSucceed || failingMs < Math.min(STUCK_AFTER_MS, this.#retryForMs)) return
    state.isReported = true
    const limitMs = OWN_LIMIT_FACTOR * this.#retryForMs
    this.#onStuck({ error, attempts: state.attempts, failingMs, limitMs })
  }
}
