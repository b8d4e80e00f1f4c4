/** The rule of lengths of time in the options and controls of a local vault. */
import { isNumber } from '../../options/rules.js'
import { rule, type Rule } from '../../options/check-options.js'

/** The rule of a time that may be 0. */
export const TIME: Rule = rule('a number of milliseconds from 0 up', isNumber, (value) => {
  return value >= 0 && value < Infinity
})
