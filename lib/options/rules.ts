/** Rules for options of the common kinds, and what rules are made of. */
import type { ByteRange } from '../byte-range.js'
import { isObject, record, rule, type RequiredRule, type Rule, type RulesOf } from './check-options.js'
import { optionError } from './option-error.js'

/** The rule of an option that cannot be left out. */
export function required(of: Rule): RequiredRule {
  const check: Rule = (value, name, caller) => {
    of(value, name, caller)
  }
  return Object.assign(check, { isRequired: true as const })
}

/** A rule for a value that may be `undefined`. */
export function optional(of: Rule): Rule {
  return (value, name, caller) => {
    if (value !== undefined) of(value, name, caller)
  }
}

/** A rule for an array of values that each meet a rule. */
export function listOf(expected: string, item: Rule): Rule {
  const isList = rule(expected, (value) => Array.isArray(value))
  return (value, name, caller) => {
    isList(value, name, caller)
    for (const [i, it] of (value as readonly unknown[]).entries()) item(it, `${name}[${i}]`, caller)
  }
}

/** A rule for an object with methods of these names. */
export function withMethods(expected: string, ...methods: readonly string[]): Rule {
  return rule(expected, (value): value is object => hasMethods(value, methods))
}

/** A rule for one of several texts. */
export function oneOf(...choices: readonly string[]): Rule {
  const quoted = choices.map((choice) => `'${choice}'`)
  const expected = quoted.join(', ').replace(/, (?=[^,]*$)/, ' or ')
  return rule(expected, isString, (value) => choices.includes(value))
}

/** A rule for a whole number in a range. */
export function wholeNumber(from: number, to: number = Number.MAX_SAFE_INTEGER): Rule {
  const range = to === Number.MAX_SAFE_INTEGER ? `from ${from} up` : `from ${from} to ${to}`
  const isInRange = (value: number): boolean => Number.isInteger(value) && value >= from && value <= to
  return rule(`a whole number ${range}`, isNumber, isInRange)
}

/** A rule for bytes: a Buffer or another Uint8Array. */
export const BYTES: Rule = rule('a Buffer or a Uint8Array', (value) => value instanceof Uint8Array)
/** A rule for a boolean. */
export const BOOLEAN: Rule = rule('true or false', (value) => typeof value === 'boolean')
/** A rule for a function. */
export const FUNCTION: Rule = rule('a function', (value) => typeof value === 'function')
/** A rule for an object, whatever it has. */
export const OBJECT: Rule = rule('an object', isObject)
/** A rule for any text. */
export const STRING: Rule = rule('a string', isString)
/** A rule for a text with at least one character. */
export const TEXT: Rule = rule('a string that is not empty', isString, (value) => value !== '')
/** A rule for a path in the file system. */
export const PATH: Rule = rule(
  'a path: a string that is not empty and has no null character',
  isString,
  (value) => value !== '' && !value.includes('\0'),
)
/** A rule for a number of bytes. */
export const SIZE: Rule = rule('a whole number of bytes from 0 up', isNumber, (value) => {
  return Number.isSafeInteger(value) && value >= 0
})
/** A rule for a tree hash as text. */
export const TREE_HASH: Rule = rule('a tree hash of 64 hex digits', isString, (value) => {
  return /^[0-9a-f]{64}$/i.test(value)
})

/** A signal that ends something early. */
export const SIGNAL: Rule = rule(
  'an AbortSignal',
  (value): value is object =>
    hasMethods(value, ['addEventListener', 'removeEventListener']) && 'aborted' in value,
)
const BOUNDS = { start: required(SIZE), end: required(SIZE) } satisfies RulesOf<ByteRange>
const isRange = record('a range of bytes: { start, end }', BOUNDS)

/** A range of bytes that is not empty. */
export const RANGE: Rule = (value, name, caller) => {
  isRange(value, name, caller)
  const { start, end } = value as ByteRange
  if (start >= end)
    throw optionError(RangeError, name, caller, `must end behind its start, not go from ${start} to ${end}.`)
}

/** Whether a value is a number. */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

/** Whether a value is a string. */
export function isString(value: unknown): value is string {
  return typeof value === 'string'
}

/** Whether a value is an object that is iterated, synchronously. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

/** Whether a value is an object with methods of these names. */
export function hasMethods(value: unknown, methods: readonly string[]): value is object {
  if (typeof value !== 'object' || value === null) return false
  return methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
}
