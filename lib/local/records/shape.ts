/** Checks of values that are read from disk, before they are used. */
import { isObject } from '../../options/check-options.js'

/** Whether a value is valid. */
export type Check = (value: unknown) => boolean

/** The checks of an object's fields. A field without a check can have any value. */
export type Shape<T> = Readonly<Partial<Record<keyof T, Check>>>

/** Whether a value is an object whose fields pass their checks. It may have further fields. */
export function hasShape<T extends object>(value: unknown, shape: Shape<T>): value is T {
  if (!isObject(value)) return false
  return Object.entries(shape).every(([name, check]) => {
    return (check as Check)((value as Readonly<Record<string, unknown>>)[name])
  })
}

/** A check of an object, from the checks of its fields. */
export function shaped<T extends object>(shape: Shape<T>): (value: unknown) => value is T {
  return (value): value is T => hasShape(value, shape)
}

/** A check that also accepts `null`. */
export function nullOr(check: Check): Check {
  return (value) => value === null || check(value)
}

/** A check of an array, from the check of its items. */
export function arrayOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check)
}

/** Whether a value is a string. */
export const isText: Check = (value) => typeof value === 'string'
/** Whether a value is a whole number from 0 up. */
export const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
/** Whether a value is a time in ISO 8601. */
export const isDate: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value))
/** Whether a value is a SHA-256 in lowercase hex. */
export const isHash: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

/** A check that accepts one value. */
export function equals(expected: unknown): Check {
  return (value) => value === expected
}
