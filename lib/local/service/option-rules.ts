/** Rules that several options and controls of a local vault share. */
import { isNumber, isString } from '../../options/rules.js'
import { rule, type Rule } from '../../options/check-options.js'
import { isOperationName } from './operation-names.js'

/** The rule of a duration in milliseconds, which may be 0. */
export const DURATION: Rule = rule('a number of milliseconds from 0 up', isNumber, (value) => {
  return value >= 0 && value < Infinity
})

/** The rule of the name of an operation, such as `UploadMultipartPart`. */
export const OPERATION: Rule = rule(
  'the name of an operation, as UploadMultipartPart',
  isString,
  isOperationName,
)
