/**
 * Budgets of requests. A request that exceeds one is refused with 400 `ThrottlingException`, as at the service
 * (docs/glacier-protocol.md#errors).
 *
 * - They are refilled by the vault's clock, also when a control moves it.
 * - A request needs a token of each budget for its operation. If one has no token, the request takes none of the others.
 * - Only authenticated requests count, separately for each account and region. Nothing is kept in the folder.
 */
import { isNumber, listOf, required, wholeNumber } from '../../options/rules.js'
import { nested, rule, type Rule, type RulesOf } from '../../options/check-options.js'
import { OPERATION } from '../service/option-rules.js'
import { throttled } from '../service/api-error.js'
import { TokenBucket } from './token-bucket.js'

/** A budget of requests. */
export interface RequestBudget {
  /** Requests per second, above 0. It can be a fraction. */
  readonly requestsPerSecond: number
  /** The maximum number of requests at once after a pause; default `requestsPerSecond` rounded up. */
  readonly burst?: number | undefined
  /** Only requests of this operation count, such as `UploadMultipartPart`; default: of all operations. */
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

/** The rule of one budget or several. */
export const THROTTLE: Rule = (value, name, caller) => {
  if (Array.isArray(value)) BUDGETS(value, name, caller)
  else BUDGET(value, name, caller)
}

/** The budgets of an account in a region. */
export class Throttle {
  readonly #now: () => number
  readonly #budgets: readonly { readonly operation: string | undefined; readonly bucket: TokenBucket }[]

  /**
   * @param now - the vault's clock, in milliseconds
   * @param budgets - the budgets; none for no limit
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
   * @throws {ApiError} 400 `ThrottlingException`: a budget is exhausted, and the request does not count
   */
  count(operation: string): void {
    const now = this.#now()
    const budgets = this.#budgets.filter(
      (budget) => budget.operation === undefined || budget.operation === operation,
    )
    if (!budgets.every(({ bucket }) => bucket.hasToken(now))) throw throttled()
    for (const { bucket } of budgets) bucket.take(now)
  }
}
