/** The fault rules of a local bucket: which requests fail, and how. Their form is that of the rules of a local vault. */
import { nested, rule, type Rule, type RulesOf } from '../../../options/check-options.js'
import { optionError } from '../../../options/option-error.js'
import { isNumber, isString, oneOf, required, wholeNumber } from '../../../options/rules.js'
import { BUCKET_FAULT_KINDS, type BucketFaultKind } from '../../faults/bucket-fault-kinds.js'
import { assertOneCount, type FaultRule } from '../../faults/faults.js'
import { isBucketOperation } from '../service/bucket-operations.js'

/** Which requests to a local bucket fail, and how. If several rules match, the first one that was added applies. */
export interface BucketFaultRule extends FaultRule<BucketFaultKind> {
  /** The status of `error` and `error-after`, 300 to 599; default 500. */
  readonly status?: number | undefined
  /** The code of `error`, `error-after`, `error-in-200` and `error-in-200-after`; default `InternalError`. */
  readonly code?: string | undefined
}

const IS_RULE: Rule = nested({
  fault: required(oneOf(...BUCKET_FAULT_KINDS)),
  operation: rule('the name of an operation, as UploadPart', isString, isBucketOperation),
  nth: wholeNumber(1),
  every: wholeNumber(1),
  times: wholeNumber(1),
  bytesPerSecond: wholeNumber(1),
  status: rule('a status from 300 to 599', isNumber, (value) => {
    return Number.isInteger(value) && value >= 300 && value <= 599
  }),
  code: rule('a code of letters, digits and dots', isString, (value) => /^[\w.]{1,100}$/.test(value)),
} satisfies RulesOf<BucketFaultRule>)

/** The kinds that a status belongs to. */
const WITH_STATUS: readonly BucketFaultKind[] = ['error', 'error-after']
/** The kinds that a code belongs to. */
const WITH_CODE: readonly BucketFaultKind[] = [...WITH_STATUS, 'error-in-200', 'error-in-200-after']

/**
 * Checks a rule.
 *
 * @param name - the rule, for messages
 * @param caller - the function that the rule was given to, for messages
 * @throws {TypeError} an unknown or missing field, or one of the wrong type
 * @throws {RangeError} an unknown operation or fault, a number out of range, or a field that the fault does not have
 */
export function assertBucketRule(given: BucketFaultRule, name: string, caller: string): void {
  IS_RULE(given, name, caller)
  assertOneCount(given, name, caller)
  const { fault, status, code } = given
  const isOdd =
    (status !== undefined && !WITH_STATUS.includes(fault)) ||
    (code !== undefined && !WITH_CODE.includes(fault))
  if (isOdd)
    throw optionError(RangeError, name, caller, `has a status or a code, which ${fault} does not have.`)
}
