/** Forms that options of a local vault share: a value or several, and texts that no message shows. */
import { rule, type Rule } from '../../options/check-options.js'
import { isString, listOf } from '../../options/rules.js'

/** An array with at least one item. */
export type NotEmpty<T> = readonly [T, ...T[]]

/**
 * A rule for one value, or an array of several that is not empty.
 *
 * @param expected - one value, for messages
 * @param one - the rule of one value
 * @param isOne - whether a value is one value, rather than an array
 */
export function oneOrSeveral(expected: string, one: Rule, isOne: (value: unknown) => boolean): Rule {
  const several = listOf(`${expected}, or an array of several`, one)
  return (value, name, caller) => {
    if (isOne(value)) one(value, name, caller)
    else several(value, name, caller)
    if (Array.isArray(value) && value.length === 0)
      throw new RangeError(`${name} of ${caller} must have ${expected} at least, and is empty.`)
  }
}

/** The values that such a rule has checked, as an array; `undefined` if the option is absent. */
export function valuesOf<T>(value: T | readonly T[] | undefined): NotEmpty<T> | undefined {
  return value === undefined ? undefined : ([value].flat() as unknown as NotEmpty<T>) // checked: not empty
}

/** A rule for a text that no message shows. */
export function secret(expected: string, isInRange: (value: string) => boolean): Rule {
  return rule(expected, isString, isInRange, (value) => {
    return isString(value) ? `a string of ${value.length} characters` : value === null ? 'null' : typeof value
  })
}
