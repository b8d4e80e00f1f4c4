/** Rules for common kinds of options, and functions that make rules. */
import type { ByteRange } from '../byte-range.js'
import { isObject, record, rule, type RequiredRule, type Rule, type RulesOf } from './check-options.js'
import { optionError } from './option-error.js'

/** Makes the rule of a required option. */
export function required(check: Rule): RequiredRule {
  const checkRequired: Rule = (value, name, caller) => {
    check(value, name, caller)
  }
  return Object.assign(checkRequired, { isRequired: true as const })
}

/** Makes a rule for a value that may be `undefined`. */
export function optional(check: Rule): Rule {
  return (value, name, caller) => {
    if (value !== undefined) check(value, name, caller)
  }
}

/** A rule for an array of values that each meet a rule. */
export function listOf(expected: string, checkItem: Rule): Rule {
  const isList = rule(expected, (value) => Array.isArray(value))
  return (value, name, caller) => {
    isList(value, name, caller)
    for (const [i, item] of (value as readonly unknown[]).entries()) checkItem(item, `${name}[${i}]`, caller)
  }
}

/** A rule for an object with methods of these names. */
export function withMethods(expected: string, ...methods: readonly string[]): Rule {
  return rule(expected, (value): value is object => hasMethods(value, methods))
}

/** A rule for one of several strings. */
export function oneOf(...choices: readonly string[]): Rule {
  const quoted = choices.map((choice) => `'${choice}'`)
  const expected = quoted.join(', ').replace(/, (?=[^,]*$)/, ' or ')
  return rule(expected, isString, (value) => choices.includes(value))
}

/** A rule for a whole number in a range. */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): Rule {
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`
  const isInRange = (value: number): boolean => Number.isInteger(value) && value >= min && value <= max
  return rule(`a whole number ${range}`, isNumber, isInRange)
}

/** A rule for bytes: a Buffer or another Uint8Array. */
export const BYTES: Rule = rule('a Buffer or a Uint8Array', (value) => value instanceof Uint8Array)
/** A rule for a boolean. */
export const BOOLEAN: Rule = rule('true or false', (value) => typeof value === 'boolean')
/** A rule for a function. */
export const FUNCTION: Rule = rule('a function', (value) => typeof value === 'function')
/** A rule for any object. */
export const OBJECT: Rule = rule('an object', isObject)
/** A rule for any string. */
export const STRING: Rule = rule('a string', isString)
/** A rule for a string that is not empty. */
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
/** A rule for a time limit in milliseconds: at most what a timer of Node.js can measure. */
export const TIMEOUT_MS: Rule = rule(
  'a number of milliseconds from 1 up to 24 days',
  isNumber,
  (value) => value > 0 && value < 2 ** 31,
)
/** A rule for a tree hash in hex. */
export const TREE_HASH: Rule = rule('a tree hash of 64 hex digits', isString, (value) => {
  return /^[0-9a-f]{64}$/i.test(value)
})

/** A rule for the hash of an archive or a part: a tree hash or SHA-256 in hex, or a composite SHA-256 in base64 with `-N`. */
export const CONTENT_HASH: Rule = rule(
  'a hash of 64 hex digits, or a composite BASE64-N',
  isString,
  (value) => {
    return /^(?:[0-9a-f]{64}|[A-Za-z0-9+/]{43}=-[1-9]\d{0,4})$/.test(value)
  },
)

/** A rule for a signal that ends an operation early. */
export const SIGNAL: Rule = rule(
  'an AbortSignal',
  (value): value is object =>
    hasMethods(value, ['addEventListener', 'removeEventListener']) && 'aborted' in value,
)
const BOUNDS = { start: required(SIZE), end: required(SIZE) } satisfies RulesOf<ByteRange>
const isRange = record('a range of bytes: { start, end }', BOUNDS)

/** A rule for a range of bytes that is not empty. */
export const RANGE: Rule = (value, name, caller) => {
  isRange(value, name, caller)
  const { start, end } = value as ByteRange
  if (start >= end)
    throw optionError(
      RangeError,
      name,
      caller,
      `must end after its start, but it goes from ${start} to ${end}.`,
    )
}

/** Whether a value is a number. */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

/** Whether a value is a string. */
export function isString(value: unknown): value is string {
  return typeof value === 'string'
}

/** Whether a value is an object that can be iterated synchronously. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

/** Whether a value is an object with methods of these names. */
export function hasMethods(value: unknown, methods: readonly string[]): value is object {
  if (typeof value !== 'object' || value === null) return false
  return methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
}
