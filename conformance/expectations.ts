/** Comparisons of what an endpoint answers with what is expected. Each throws a {@link Mismatch} where they differ. */
import { isDeepStrictEqual } from 'node:util'
import { Mismatch } from './assertion.js'
import type { Answer } from './wire.js'

/** The most characters of a found value that a report shows. */
const MOST_SHOWN = 300

/** Throws unless an answer has a status. The report shows the body of any other answer. */
export function hasStatus(answer: Answer, status: number): void {
  if (answer.status !== status) throw new Mismatch(`status ${status}`, summary(answer))
}

/** Throws unless an answer is a refusal with a status and a code. */
export function isRefusal(answer: Answer, status: number, code: string): void {
  const { code: found } = answer.status === status ? fieldsOf(answer) : {}
  if (found !== code) throw new Mismatch(`${status} ${code}`, summary(answer))
}

/** Throws unless an answer is a refusal with a text. */
export function hasMessage(answer: Answer, message: string | RegExp): void {
  isText('message', fieldsOf(answer).message, message)
}

/** Throws unless a header is as expected; `undefined` stands for none. */
export function hasHeader(answer: Answer, name: string, expected: string | RegExp | undefined): void {
  const found = answer.headers[name]
  if (expected === undefined) isEqual(`header ${name}`, found, undefined)
  else isText(`header ${name}`, found, expected)
}

/** Throws unless an answer has no body. */
export function hasNoBody(answer: Answer): void {
  isEqual('body', answer.body.toString(), '')
}

/** Throws unless two values are equal in depth. */
export function isEqual(what: string, found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected)) throw new Mismatch(`${what} ${shown(expected)}`, shown(found))
}

/** Throws unless a value is a text, equal to the one expected or of the form expected. */
export function isText(what: string, found: unknown, expected: string | RegExp): void {
  const fits = typeof found === 'string' && (found === expected || isForm(expected, found))
  if (!fits) throw new Mismatch(`${what} ${shown(expected)}`, shown(found))
}

/** Throws unless a value holds. */
export function isTrue(expected: string, holds: boolean, found: unknown): void {
  if (!holds) throw new Mismatch(expected, shown(found))
}

/** Throws unless bytes are equal; the report shows their lengths, not the bytes. */
export function isSameBytes(found: Buffer, expected: Buffer): void {
  if (!found.equals(expected)) {
    throw new Mismatch(`the ${expected.length} bytes uploaded`, `${found.length} bytes that differ`)
  }
}

/**
 * The fields of an answer whose body is a JSON object.
 *
 * @throws {@link Mismatch} if it is none
 */
export function fieldsOf(answer: Answer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(answer.body.toString())
    if (isObject(value)) return value
  } catch {
    // Reported below, as a value that is not an object is.
  }
  throw new Mismatch('a JSON object', summary(answer))
}

/**
 * The objects in a list among the fields of an answer.
 *
 * @throws {@link Mismatch} if there is no such list
 */
export function rowsOf(answer: Answer, name: string): readonly Readonly<Record<string, unknown>>[] {
  const list = fieldsOf(answer)[name]
  if (Array.isArray(list) && list.every(isObject)) return list
  throw new Mismatch(`a list ${name} of objects`, summary(answer))
}

/**
 * A header that an answer must have.
 *
 * @throws {@link Mismatch} if it does not
 */
export function neededHeader(answer: Answer, name: string): string {
  const value = answer.headers[name]
  if (typeof value === 'string') return value
  throw new Mismatch(`a header ${name}`, summary(answer))
}

/** An answer in one line: its status, and what its body says. */
export function summary({ status, body }: Answer): string {
  return `status ${status}${body.length === 0 ? ' without a body' : `: ${shown(body.toString())}`}`
}

function isForm(expected: string | RegExp, found: string): boolean {
  return expected instanceof RegExp && expected.test(found)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value for a report: one line, cut, and without control characters, which a terminal would obey. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = value instanceof RegExp ? String(value) : JSON.stringify(value)
  const line = text.replace(/[\u007f-\u009f]/g, '?') // JSON has escaped the other control characters
  return line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN)}…` : line
}
