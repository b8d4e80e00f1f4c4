/** The rule of operations in the options of a local vault. */
import { isString } from '../../options/rules.js'
import { rule, type Rule } from '../../options/check-options.js'
import { ROUTES } from './routes.js'

/** The rule of the name of an operation, as `UploadMultipartPart`. */
export const OPERATION: Rule = rule('the name of an operation, as UploadMultipartPart', isString, (value) => {
  return ROUTES.some(({ operation }) => operation === value)
})
