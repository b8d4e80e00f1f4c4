/**
 * Shapes of JSON bodies, as the service's model declares them: a shape checks a value and gives it its type.
 *
 * - `null` is the same as absent. Members that a shape does not name are ignored, at any depth.
 * - A value of another type, and an unknown value of an enumeration, is InvalidParameterValueException: that is the code
 *   that the model has for each operation with a body.
 */
import { jsonBody, type RequestContext } from './request-context.js'
import { invalidParameter, missingParameter, shortened } from '../service/api-error.js'

/**
 * Checks a value that is neither absent nor `null`.
 *
 * @param name - of the member, with its path: `InventoryRetrievalParameters.Limit`
 * @throws {ApiError} 400: it has another type or value
 */
export type Shape<T> = (value: unknown, name: string) => T

/** A string. */
export const TEXT: Shape<string> = (value, name) => {
  if (typeof value === 'string') return value
  throw unlike(value, name, 'a string')
}

/** A number. */
export const NUMBER: Shape<number> = (value, name) => {
  if (typeof value === 'number') return value
  throw unlike(value, name, 'a number')
}

/** One of several strings. */
export function choice<T extends string>(...choices: readonly T[]): Shape<T> {
  return (value, name) => {
    const found = choices.find((it) => it === value)
    if (found !== undefined) return found
    throw unlike(value, name, `one of ${choices.join(', ')}`)
  }
}

/** An array. */
export function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  return (value, name) => {
    if (!Array.isArray(value)) throw unlike(value, name, 'an array')
    return value.map((it: unknown, i) => item(it, `${name}[${i}]`))
  }
}

/** An object with any keys; its entries, in order. */
export function mapOf<T>(item: Shape<T>): Shape<readonly (readonly [string, T])[]> {
  return (value, name) => {
    return Object.entries(objectIn(value, name)).map(([key, it]) => [key, item(it, `a value of ${name}`)])
  }
}

/** An object with known members, each of which may be absent. */
export function structure<T extends object>(members: {
  readonly [K in keyof T]: Shape<T[K]>
}): Shape<Partial<T>> {
  return (value, name) => {
    const given = objectIn(value, name) as Readonly<Record<string, unknown>>
    const found: Partial<T> = {}
    for (const key of Object.keys(members) as (keyof T & string)[]) {
      const member = Object.hasOwn(given, key) ? given[key] : null
      if (member !== null) found[key] = members[key](member, name === '' ? key : `${name}.${key}`)
    }
    return found
  }
}

/**
 * The body of a request, as its shape has it.
 *
 * @throws {ApiError} 400: it is no JSON object, or not of that shape
 */
export function bodyOf<T>(context: RequestContext, shape: Shape<T>): T {
  return shape(jsonBody(context), '')
}

/**
 * A member that must be there.
 *
 * @throws {ApiError} 400: it is not
 */
export function requiredMember<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw missingParameter(name)
  return value
}

function objectIn(value: unknown, name: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw unlike(value, name, 'an object')
}

function unlike(value: unknown, name: string, expected: string): Error {
  return invalidParameter(`Invalid ${name}: ${shown(value)}. It must be ${expected}.`)
}

/** A value in a message; of an object, which may be of any depth, only what it is. */
function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return shortened(String(value))
  return Array.isArray(value) ? 'an array' : 'an object'
}
