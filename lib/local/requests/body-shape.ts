/**
 * Shapes of JSON bodies, as the service's model declares them. A shape checks a value and gives it its type.
 *
 * - `null` is the same as absent. Members that a shape does not have are ignored, at any depth.
 * - A value of another type, or an unknown value of an enumeration, is refused with InvalidParameterValueException: the
 *   model has that code for each operation with a body.
 */
import { isObject } from '../../options/check-options.js'
import { ApiError, invalidParameter, missingParameter, shortened } from '../service/api-error.js'
import { parseJson } from '../service/bounded-json.js'
import type { RequestContext } from './request-context.js'

/**
 * Checks a value that is neither absent nor `null`.
 *
 * @param name - the member, with its path: `InventoryRetrievalParameters.Limit`
 * @throws {ApiError} 400: the value does not have this shape
 */
export type Shape<T> = (value: unknown, name: string) => T

/** A string. */
export const TEXT: Shape<string> = (value, name) => {
  if (typeof value === 'string') return value
  throw mismatch(value, name, 'a string')
}

/** A number. */
export const NUMBER: Shape<number> = (value, name) => {
  if (typeof value === 'number') return value
  throw mismatch(value, name, 'a number')
}

/** One of several strings. */
export function choice<T extends string>(...choices: readonly T[]): Shape<T> {
  return (value, name) => {
    const found = choices.find((text) => text === value)
    if (found !== undefined) return found
    throw mismatch(value, name, `one of ${choices.join(', ')}`)
  }
}

/** An array. */
export function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  return (value, name) => {
    if (!Array.isArray(value)) throw mismatch(value, name, 'an array')
    return value.map((element: unknown, i) => item(element, `${name}[${i}]`))
  }
}

/** The entries of an object with any keys, in order. */
export function mapOf<T>(item: Shape<T>): Shape<readonly (readonly [string, T])[]> {
  return (value, name) => {
    return Object.entries(objectIn(value, name)).map(([key, member]) => [
      key,
      item(member, `a value of ${name}`),
    ])
  }
}

/** An object with known members, each of which can be absent. */
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
 * The body of a request: a JSON object in UTF-8, within the bounds of {@link parseJson}.
 *
 * @throws {ApiError} 400: it is not a JSON object, or does not have the shape
 */
export function bodyOf<T>(context: RequestContext, shape: Shape<T>): T {
  return shape(jsonIn(context.body), '')
}

/**
 * A required member.
 *
 * @throws {ApiError} 400: it is absent
 */
export function requiredMember<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw missingParameter(name)
  return value
}

function jsonIn(body: Buffer): object {
  try {
    const value = parseJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
    if (isObject(value)) return value
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'It is not UTF-8.'
    throw new ApiError(400, 'SerializationException', `The request body is not a JSON object. ${reason}`)
  }
  throw new ApiError(400, 'SerializationException', 'The request body is not a JSON object.')
}

function objectIn(value: unknown, name: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw mismatch(value, name, 'an object')
}

function mismatch(value: unknown, name: string, expected: string): ApiError {
  return invalidParameter(`Invalid ${name}: ${shown(value)}. It must be ${expected}.`)
}

/** A value in a message. Of an object, which can be of any depth, only the kind is shown. */
function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return shortened(String(value))
  return Array.isArray(value) ? 'an array' : 'an object'
}
