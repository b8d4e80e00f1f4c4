/** Fault rules: which requests fail, and how. */
import { nested, type Rule as Check, type RulesOf } from '../../options/check-options.js'
import { optionError } from '../../options/option-error.js'
import { oneOf, required, wholeNumber } from '../../options/rules.js'
import { OPERATION } from '../service/option-rules.js'

/** The kinds of faults. */
export const FAULT_KINDS = [
  'timeout', // 408 `RequestTimeoutException`
  'timeout-without-body', // 408 with an empty body
  'throttle', // 400 `ThrottlingException`
  'error-500', // 500 `ServiceUnavailableException`
  'error-503', // 503 `ServiceUnavailableException`
  'error-html', // 503 and a page of HTML, as from a proxy
  'expired-token', // 403 `ExpiredTokenException`
  'expired-upload', // 404: the upload ID was not found
  'expired-job', // 404: the job ID was not found
  'no-capacity', // 503 `InsufficientCapacityException`
  'checksum-mismatch', // 400: the body does not have the stated tree hash
  'reset-before', // the connection is reset after the headers of the request
  'reset-amid', // the connection is reset in the middle of the body
  'lose-answer', // the request is carried out, and the connection is reset instead of a response
  'stall', // the request is read, and no response is sent
  'wrong-hash', // the request is carried out, and the response has another tree hash
  'no-hash', // the request is carried out, and the response has no tree hash
  'cut-output', // half of the output is sent, then the connection is reset
  'corrupt-output', // one bit in the middle of the output is inverted
  'whole-output', // the response to a request for a range of an output is the whole output
  'other-range', // the response to a request for a range of an output is another range of the same size
  'slow', // the body and the output are transferred at `bytesPerSecond`
] as const

/** The kind of a fault: one of {@link FAULT_KINDS}. */
export type FaultKind = (typeof FAULT_KINDS)[number]

/** Which requests fail, and how. If several rules match a request, the first one that was added applies. */
export interface FaultRule<Kind extends string = FaultKind> {
  /** The kind of the failure. */
  readonly fault: Kind
  /** Only requests of this operation count, such as `UploadMultipartPart`; default: of any operation. */
  readonly operation?: string | undefined
  /** Only the nth request fails, from 1. Not together with `every`. */
  readonly nth?: number | undefined
  /** Each kth request fails: with 3, the third, the sixth, … Default: all. */
  readonly every?: number | undefined
  /** The maximum number of requests that fail; default: no limit. */
  readonly times?: number | undefined
  /** The rate of `slow`; default 65,536. */
  readonly bytesPerSecond?: number | undefined
}

const IS_RULE: Check = nested({
  fault: required(oneOf(...FAULT_KINDS)),
  operation: OPERATION,
  nth: wholeNumber(1),
  every: wholeNumber(1),
  times: wholeNumber(1),
  bytesPerSecond: wholeNumber(1),
} satisfies RulesOf<FaultRule>)

/** The fault that applies to a request. */
export type ActiveFault = Pick<FaultRule, 'fault' | 'bytesPerSecond'>

/** The fault rules of a local vault, or of another local server with rules of its own. */
export class Faults<Rule extends FaultRule<string> = FaultRule> {
  readonly #assertRule: (rule: Rule, name: string, caller: string) => void
  #rules: { readonly rule: Rule; seen: number; left: number }[] = []

  /** @param check - throws unless a rule is one of the server; default: of a local vault */
  constructor(check: (rule: Rule, name: string, caller: string) => void = assertRule) {
    this.#assertRule = check
  }

  /**
   * Adds a rule. It counts requests from now on.
   *
   * @throws {TypeError} an unknown or missing field, or one of the wrong type
   * @throws {RangeError} an unknown operation or fault, or a number out of range
   */
  add(rule: Rule): void {
    this.#assertRule(rule, 'rule', 'Faults.add')
    this.#rules.push({ rule, seen: 0, left: rule.times ?? Infinity })
  }

  /** Removes all rules. */
  clear(): void {
    this.#rules = []
  }

  /** The rules, in the order they were added. */
  list(): readonly Rule[] {
    return this.#rules.map(({ rule }) => rule)
  }

  /**
   * The fault that applies to a request that has just arrived. Every rule for its operation counts the request.
   *
   * @internal
   */
  match(operation: string): Rule | undefined {
    let active: Rule | undefined
    for (const entry of this.#rules) {
      const { rule } = entry
      if (rule.operation !== undefined && rule.operation !== operation) continue
      entry.seen++
      const isDue = rule.nth === undefined ? entry.seen % (rule.every ?? 1) === 0 : entry.seen === rule.nth
      if (!isDue || entry.left === 0 || active !== undefined) continue
      entry.left--
      active = rule
    }
    return active
  }
}

/**
 * Checks a rule.
 *
 * @param name - the rule, for messages
 * @param caller - the function that the rule was given to, for messages
 * @throws {TypeError} an unknown or missing field, or one of the wrong type
 * @throws {RangeError} an unknown operation or fault, or a number out of range
 */
export function assertRule(rule: unknown, name: string, caller: string): void {
  IS_RULE(rule, name, caller)
  assertOneCount(rule as FaultRule, name, caller)
}

/**
 * Asserts that a rule does not count in two ways.
 *
 * @throws {RangeError} it has both `nth` and `every`
 */
export function assertOneCount({ nth, every }: FaultRule<string>, name: string, caller: string): void {
  if (nth !== undefined && every !== undefined)
    throw optionError(RangeError, name, caller, 'must have nth or every, not both.')
}
