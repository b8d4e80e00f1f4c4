/**
 * Failures by rule: what a service does on a bad day, on the requests a test says.
 */
import { oneOf, required, wholeNumber } from '../../options/rules.js'
import { nested, type Rule, type RulesOf } from '../../options/check-options.js'
import { optionError } from '../../options/option-error.js'
import { OPERATION } from '../http/operation-rule.js'
import { insufficientCapacity, notFound, requestTimedOut, ServiceFault, throttled } from '../service-fault.js'

/** What can go wrong with a request. */
export const FAULT_KINDS = [
  'timeout', // 408 `RequestTimeoutException`
  'timeout-without-body', // 408 and nothing else
  'throttle', // 400 `ThrottlingException`
  'error-500', // 500 `ServiceUnavailableException`
  'error-503', // 503 `ServiceUnavailableException`
  'error-html', // 503 and a page of HTML, as from something in between
  'expired-token', // 403 `ExpiredTokenException`
  'expired-upload', // 404: the upload ID is not known
  'expired-job', // 404: the job ID is not known
  'no-capacity', // 503 `InsufficientCapacityException`
  'checksum-mismatch', // 400: the body is not what its tree hash says
  'reset-before', // the connection is reset when the request has come
  'reset-amid', // the connection is reset in the middle of the body
  'lose-answer', // the request is carried out, and the connection reset instead of an answer
  'stall', // the request is read, and nothing is ever answered
  'wrong-hash', // the request is carried out, and the answer has another tree hash
  'no-hash', // the same, and it has none
  'cut-output', // half of the output comes, then the connection is reset
  'corrupt-output', // a byte in the middle of the output is another one
  'whole-output', // a request for a range of an output is answered with the whole of it
  'other-range', // the same is answered with as many bytes from another place
  'slow', // body and answer go at `bytesPerSecond`
] as const

/** What goes wrong: one of {@link FAULT_KINDS}. */
export type FaultKind = (typeof FAULT_KINDS)[number]

/** Failures answered with an error of the service's, nothing having been done (docs/glacier-protocol.md#errors). */
const ANSWERS: Readonly<Partial<Record<FaultKind, () => ServiceFault>>> = {
  timeout: requestTimedOut,
  throttle: throttled,
  'error-500': () => new ServiceFault(500, 'ServiceUnavailableException', 'Service unavailable.'),
  'error-503': () => new ServiceFault(503, 'ServiceUnavailableException', 'Service unavailable.'),
  'expired-token': () =>
    new ServiceFault(403, 'ExpiredTokenException', 'The security token included in the request is expired'),
  'expired-upload': () => notFound('The upload ID was not found: expired by a fault rule'),
  'expired-job': () => notFound('The job ID was not found: expired by a fault rule'),
  'no-capacity': insufficientCapacity,
  'checksum-mismatch': () =>
    new ServiceFault(
      400,
      'InvalidParameterValueException',
      `Checksum mismatch: expected ${'0'.repeat(64)}, computed ${'f'.repeat(64)}`,
    ),
}

/** Which requests fail, and how. Where several rules fit a request, the first that was added is followed. */
export interface FaultRule {
  readonly fault: FaultKind
  /** Counts only requests of this operation, as `UploadMultipartPart`; default: of any. */
  readonly operation?: string | undefined
  /** Only the nth request, from 1. Not together with `every`. */
  readonly nth?: number | undefined
  /** Each kth request: 3 fails the third, the sixth, … Default: all. */
  readonly every?: number | undefined
  /** Requests to fail at the most; default: no limit. */
  readonly times?: number | undefined
  /** How slow `slow` is; default 65,536. */
  readonly bytesPerSecond?: number | undefined
}

const IS_RULE: Rule = nested({
  fault: required(oneOf(...FAULT_KINDS)),
  operation: OPERATION,
  nth: wholeNumber(1),
  every: wholeNumber(1),
  times: wholeNumber(1),
  bytesPerSecond: wholeNumber(1),
} satisfies RulesOf<FaultRule>)

/** What becomes of a request, and how slowly. */
export type MetFault = Pick<FaultRule, 'fault' | 'bytesPerSecond'>

/** The rules of a local vault. */
export class Faults {
  #rules: { readonly rule: FaultRule; seen: number; left: number }[] = []

  /**
   * Adds a rule. It counts requests from now on.
   *
   * @throws {TypeError} an unknown or missing field, or one of the wrong type
   * @throws {RangeError} an operation or a fault there is none of, or a number that is none
   */
  add(rule: FaultRule): void {
    assertRule(rule, 'rule', 'Faults.add')
    this.#rules.push({ rule, seen: 0, left: rule.times ?? Infinity })
  }

  /** Takes all rules away. */
  clear(): void {
    this.#rules = []
  }

  /** The rules there are, in the order they were added. */
  list(): readonly FaultRule[] {
    return this.#rules.map(({ rule }) => rule)
  }

  /**
   * What goes wrong with a request that has just come; every rule it fits has then counted it.
   *
   * @internal
   */
  meet(operation: string): MetFault | undefined {
    let met: MetFault | undefined
    for (const it of this.#rules) {
      const { rule } = it
      if (rule.operation !== undefined && rule.operation !== operation) continue
      it.seen++
      const fits = rule.nth === undefined ? it.seen % (rule.every ?? 1) === 0 : it.seen === rule.nth
      if (!fits || it.left === 0 || met !== undefined) continue
      it.left--
      met = rule
    }
    return met
  }
}

/** The refusal a fault is answered with; `undefined` where it is of another kind. */
export function answeredFault(fault: FaultKind): ServiceFault | undefined {
  return ANSWERS[fault]?.()
}

/**
 * Checks a rule.
 *
 * @throws {TypeError} an unknown or missing field, or one of the wrong type
 * @throws {RangeError} an operation or a fault there is none of, or a number that is none
 */
export function assertRule(rule: FaultRule, name: string, caller: string): void {
  IS_RULE(rule, name, caller)
  const { nth, every } = rule
  if (nth !== undefined && every !== undefined)
    throw optionError(RangeError, name, caller, 'must have nth or every, not both.')
}
