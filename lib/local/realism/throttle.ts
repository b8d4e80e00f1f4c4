/**
 * Budgets of requests: what exceeds one is answered with 400 `ThrottlingException`, as at the service
 * (docs/glacier-protocol.md#errors).
 *
 * - They refill by the vault's clock: time that passes and time a control moves on count alike.
 * - A request needs a token of each budget it falls under. If one has none, it takes no token of the others.
 * - Only authenticated requests count, for an account and region; nothing is kept in the folder.
 */
import { isNumber, listOf, required, wholeNumber } from '../../options/rules.js'
import { nested, rule, type Rule, type RulesOf } from '../../options/check-options.js'
import { OPERATION } from '../service/option-rules.js'
import { throttled } from '../service/api-error.js'
import { TokenBucket } from './token-bucket.js'

/** How many requests are carried out. */
export interface RequestBudget {
  /** Requests a second, above 0; may be a fraction. */
  readonly requestsPerSecond: number
  /** Requests at once after a pause; default `requestsPerSecond` rounded up. */
  readonly burst?: number | undefined
  /** Counts only requests of this operation, as `UploadMultipartPart`; default: of all together. */
  readonly operation?: string | undefined
}

const BUDGET: Rule = nested({
  requestsPerSecond: required(
    rule('a number above 0', isNumber, (value) => {
      return value > 0 && value < Infinity
    }),
  ),
  burst: wholeNumber(1),
  operation: OPERATION,
} satisfies RulesOf<RequestBudget>)
const BUDGETS: Rule = listOf('a budget of requests, or an array of several', BUDGET)

/** The rule of a budget or several. */
export const THROTTLE: Rule = (value, name, caller) => {
  if (Array.isArray(value)) BUDGETS(value, name, caller)
  else BUDGET(value, name, caller)
}

/** The budgets of an account in a region. */
export class Throttle {
  readonly #now: () => number
  readonly #budgets: readonly { readonly operation: string | undefined; readonly bucket: TokenBucket }[]

  /**
   * @param now - milliseconds: the vault's clock
   * @param budgets - there need be none
   */
  constructor(now: () => number, budgets: readonly RequestBudget[]) {
    this.#now = now
    this.#budgets = budgets.map(({ requestsPerSecond, burst = Math.ceil(requestsPerSecond), operation }) => ({
      operation,
      bucket: new TokenBucket(requestsPerSecond, burst),
    }))
  }

  /**
   * Counts a request.
   *
   * @throws {ApiError} 400 `ThrottlingException`: a budget is used up; the request is not counted
   */
  count(operation: string): void {
    const now = this.#now()
    const under = this.#budgets.filter((it) => it.operation === undefined || it.operation === operation)
    if (!under.every(({ bucket }) => bucket.hasToken(now))) throw throttled()
    for (const { bucket } of under) bucket.take(now)
  }
}
