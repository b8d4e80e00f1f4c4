/**
 * Checks the values that callers pass: the fields of an options object, and single arguments by calling a rule.
 *
 * - Each option has one rule, which all functions with that option share. The rules of an options object have one for
 *   each of its fields; `satisfies RulesOf<…>` makes a field without a rule a compile error.
 * - A value of a wrong type is a TypeError, and a wrong value of the right type is a RangeError. Both name the option and
 *   the function.
 * - `undefined` is the same as an absent option; `null` is a value of a wrong type.
 */
import { invariant } from '../invariant.js'
import { optionError } from './option-error.js'

/**
 * Checks a value.
 *
 * @param name - name of the option or argument, with its path if it is nested
 * @param caller - name of the function or class that the value was passed to
 * @throws {TypeError} a value of another type
 * @throws {RangeError} a value out of range
 */
export type Rule = (value: unknown, name: string, caller: string) => void

/** The rule of a required option. */
export interface RequiredRule extends Rule {
  /** Marks the rule: the option must be present. */
  readonly isRequired: true
}

/** The rules of an options object: one for each field of its interface. */
export type RulesOf<T> = { readonly [K in keyof T]-?: undefined extends T[K] ? Rule : RequiredRule }

/** Maximum number of characters of a text in a message. */
const MAX_SHOWN_LENGTH = 40

/**
 * Checks an options object: its own names must be known, and its values must meet their rules.
 *
 * @param rules - one for each option
 * @returns a copy of the known options that are present, inherited ones included; each is read once
 * @throws {TypeError} not an object, an unknown name, a missing option, or a value of a wrong type
 * @throws {RangeError} an option out of range
 */
export function checkOptions<T extends object>(caller: string, options: T, rules: RulesOf<T>): T {
  assertObject(options, 'The options', caller)
  return checkFields(options, rules, '', caller)
}

/** Copies the fields of an object that have a rule. */
export function picked<T extends object, K extends keyof T & string>(
  options: T,
  rules: Readonly<Record<K, Rule>>,
): Pick<T, K> {
  return Object.fromEntries(Object.keys(rules).map((name) => [name, options[name as K]])) as Pick<T, K>
}

/**
 * Makes a rule.
 *
 * @param expected - description of a valid value, such as `a number from 1 up`
 * @param isOfType - whether a value has the right type; otherwise it is a TypeError
 * @param isInRange - whether a value of the right type is in range; by default every value is
 * @param show - shows a wrong value in the message; pass a function that hides it if it is a secret
 */
export function rule<T>(
  expected: string,
  isOfType: (value: unknown) => value is T,
  isInRange: (value: T) => boolean = () => true,
  show: (value: unknown) => string = shown,
): Rule {
  return (value, name, caller) => {
    const problem = (): string => `must be ${expected}, not ${show(value)}.`
    if (!isOfType(value)) throw optionError(TypeError, name, caller, problem())
    if (!isInRange(value)) throw optionError(RangeError, name, caller, problem())
  }
}

/** A rule for nested options: an object without other fields than these. */
export function nested<T extends object>(rules: RulesOf<T>): Rule {
  return (value, name, caller) => {
    assertObject(value, name, caller)
    checkFields(value as T, rules, `${name}.`, caller)
  }
}

/** A rule for data: an object whose fields meet these rules. It may have other fields. */
export function record(expected: string, rules: Readonly<Record<string, Rule>>): Rule {
  const isRecord = rule(expected, isObject)
  return (value, name, caller) => {
    isRecord(value, name, caller)
    checkValues(value as object, rules, `${name}.`, caller)
  }
}

/** Whether a value is an object, but not an array. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value as a message shows it: short, on one line, and only the class of an object. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${printable(value)}'`
    case 'object':
      return value === null ? 'null' : withArticle(kindOf(value))
    case 'function':
      return 'a function'
    case 'symbol':
      return 'a symbol'
    case 'bigint':
      return printable(`${String(value)}n`)
    default:
      return String(value)
  }
}

function checkFields<T extends object>(options: T, rules: RulesOf<T>, prefix: string, caller: string): T {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(rules, name) || (options as Readonly<Record<string, unknown>>)[name] === undefined)
      continue
    const similar = mostSimilar(name, Object.keys(rules))
    const hint = similar === undefined ? '' : ` Did you mean ${prefix}${similar}?`
    throw new TypeError(`${prefix}${printable(name)} is not an option of ${caller}.${hint}`)
  }
  return checkValues(options, rules, prefix, caller)
}

function checkValues<T extends object>(
  fields: T,
  rules: Readonly<Record<string, Rule>>,
  prefix: string,
  caller: string,
): T {
  const present: Record<string, unknown> = {}
  for (const [name, check] of Object.entries(rules)) {
    const value = (fields as Readonly<Record<string, unknown>>)[name]
    if (value === undefined && !('isRequired' in check)) continue
    check(value, `${prefix}${name}`, caller)
    present[name] = value
  }
  return present as T
}

function assertObject(value: unknown, name: string, caller: string): void {
  if (!isObject(value)) throw optionError(TypeError, name, caller, `must be an object, not ${shown(value)}.`)
}

function kindOf(value: object): string {
  const { constructor } = value as { readonly constructor?: unknown }
  const name: unknown = typeof constructor === 'function' ? constructor.name : ''
  return typeof name === 'string' && name !== '' && name !== 'Object' ? printable(name) : 'object'
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`
}

/** The beginning of a text, with control and format characters escaped. */
function printable(text: string): string {
  return escaped(text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text)
}

/** A text with control and format characters escaped, so that it cannot control a terminal. */
export function escaped(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    const codePoint = character.codePointAt(0)
    invariant(codePoint !== undefined, 'a match of one character is not empty')
    return `\\u{${codePoint.toString(16)}}`
  })
}

/** The known name that was probably meant; `undefined` if none is similar. */
function mostSimilar(name: string, known: readonly string[]): string | undefined {
  const given = normalized(name.slice(0, MAX_SHOWN_LENGTH))
  const maxDistance = given.length < 5 ? 1 : 2
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const candidate of known) {
    const other = normalized(candidate)
    const edits = editDistance(given, other)
    const isBeginning = given.length > 3 && other.startsWith(given)
    const distance = isBeginning ? Math.min(edits, maxDistance) : edits
    if (distance <= maxDistance && distance < (best?.distance ?? Infinity))
      best = { name: candidate, distance }
  }
  return best?.name
}

function normalized(name: string): string {
  return name.replace(/[^a-z0-9]/gi, '').toLowerCase()
}

/** Number of characters to insert, remove or replace so that one text becomes the other. */
function editDistance(a: string, b: string): number {
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, at(last, j) + 1, at(row, j - 1) + 1))
    }
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], i: number): number {
  const distance = row[i]
  invariant(distance !== undefined, 'both loops stay within the rows')
  return distance
}
