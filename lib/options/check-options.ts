/**
 * Checks of what callers pass: the fields of an options object, and single arguments, by calling a rule.
 *
 * - Each option has one rule, shared by all functions that take it. A description of an options object holds a rule for
 *   each of its fields; `satisfies RulesOf<…>` makes a field without one a compile error.
 * - Another type is a TypeError, another value of the right type is a RangeError. Both name the option and the function.
 * - `undefined` is the same as absent. `null` is not.
 */
import { optionError } from './option-error.js'

/**
 * Checks a value.
 *
 * @param name - of the option or argument, with its path where it is nested
 * @param caller - the function or class that the value was passed to
 * @throws {TypeError} a value of another type
 * @throws {RangeError} a value out of range
 */
export type Rule = (value: unknown, name: string, caller: string) => void

/** The rule of an option that cannot be left out. */
export interface RequiredRule extends Rule {
  readonly isRequired: true
}

/** A rule for each field of an interface. */
export type RulesOf<T> = { readonly [K in keyof T]-?: undefined extends T[K] ? Rule : RequiredRule }

/** Characters of a text that are shown in a message. */
const SHOWN_LENGTH = 40

/**
 * Checks the own names of an options object, and the values of the known ones.
 *
 * @param rules - one for each option
 * @returns a copy with the known options that are present, inherited ones too: each is read once
 * @throws {TypeError} no object, an unknown name, a missing option, or one of another type
 * @throws {RangeError} an option out of range
 */
export function checkOptions<T extends object>(caller: string, options: T, rules: RulesOf<T>): T {
  assertObject(options, 'The options', caller)
  return checkFields(options, rules, '', caller)
}

/** The fields of an object that have a rule, and no others. */
export function picked<T extends object, K extends keyof T & string>(
  options: T,
  rules: Readonly<Record<K, Rule>>,
): Pick<T, K> {
  return Object.fromEntries(Object.keys(rules).map((name) => [name, options[name as K]])) as Pick<T, K>
}

/**
 * A rule.
 *
 * @param expected - what a value must be, as `a number from 1 up`
 * @param isOfType - whether a value has the type; another is a TypeError
 * @param isInRange - whether a value of the type is in range; default all are
 * @param show - how a wrong value is shown; a secret must not be
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

/** A rule for nested options: an object with fields of these names only. */
export function nested<T extends object>(rules: RulesOf<T>): Rule {
  return (value, name, caller) => {
    assertObject(value, name, caller)
    checkFields(value as T, rules, `${name}.`, caller)
  }
}

/** A rule for data: an object with fields that meet these rules. It may have others. */
export function record(expected: string, rules: Readonly<Record<string, Rule>>): Rule {
  const isRecord = rule(expected, isObject)
  return (value, name, caller) => {
    isRecord(value, name, caller)
    checkValues(value as object, rules, `${name}.`, caller)
  }
}

/** Whether a value is an object and no array. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value in a message: short, on one line, and of an object only what kind it is. */
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
    const near = nearest(name, Object.keys(rules))
    const hint = near === undefined ? '' : ` Did you mean ${prefix}${near}?`
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
  return escaped(text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text)
}

/** A text with control and format characters escaped, so that it cannot control a terminal. */
export function escaped(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) as number).toString(16)}}` // it is one character
  })
}

/** The name that was probably meant; `undefined` where none is near. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const wanted = normalized(name.slice(0, SHOWN_LENGTH))
  const most = wanted.length < 5 ? 1 : 2
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const it of known) {
    const other = normalized(it)
    const edits = distanceOf(wanted, other)
    const isBeginning = wanted.length > 3 && other.startsWith(wanted)
    const distance = isBeginning ? Math.min(edits, most) : edits
    if (distance <= most && distance < (best?.distance ?? Infinity)) best = { name: it, distance }
  }
  return best?.name
}

function normalized(name: string): string {
  return name.replace(/[^a-z0-9]/gi, '').toLowerCase()
}

/** How many characters must be inserted, left out or replaced to make one text another. */
function distanceOf(a: string, b: string): number {
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
  return row[i] as number // both loops stay within the rows
}
