/**
 * Checks of the values in responses. The SDK passes on whatever JSON a response has, of any type, and a proxy or another
 * server may have sent it. A wrong value is a `ServiceError`, not a crash later.
 */
import { ServiceError } from '../../../errors.js'
import { isPathId } from '../../../glacier/names.js'

/** Characters in a text that is used in requests. The IDs and markers of the service are shorter. */
const MAX_TEXT_LENGTH = 4096

/**
 * Returns the value of a field that a response must have.
 *
 * @throws {ServiceError} `ERR_SERVICE`, service code `IncompleteResponse`: the field is missing
 */
export function requiredField<T>(operation: string, field: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw incomplete(operation, field)
}

/**
 * Returns a text that a response must have.
 *
 * @throws as {@link requiredField}, also if it is no text or too long
 */
export function requiredText(operation: string, field: string, value: unknown): string {
  return requiredField(operation, field, optionalText(operation, field, value))
}

/**
 * Returns a text that a response may have; `undefined` if it is absent or `null`.
 *
 * @throws as {@link requiredText}
 */
export function optionalText(operation: string, field: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH) return value
  throw incomplete(operation, `valid ${field}`)
}

/**
 * Returns an ID that a response must have. IDs become parts of paths in requests.
 *
 * @throws as {@link requiredText}, also if it is not a valid ID
 */
export function requiredId(operation: string, field: string, value: unknown): string {
  const id = requiredText(operation, field, value)
  if (/^[\x21-\x7e]+$/.test(id) && isPathId(id)) return id
  throw incomplete(operation, `valid ${field}`)
}

/**
 * Returns a number of bytes or archives that a response may have; `undefined` if it is absent or `null`.
 *
 * @throws as {@link requiredField}, also if it is not a whole number from 0 up
 */
export function optionalSize(operation: string, field: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw incomplete(operation, `valid ${field}`)
}

/**
 * Returns the rows of a list; none if it is `null`.
 *
 * @throws as {@link requiredField}, also if it is not a list of objects
 */
export function rowsOf<Row extends object>(
  operation: string,
  field: string,
  value: readonly Row[] | null | undefined,
): readonly Row[] {
  // A list without rows is not left out: a response that was cut on the way may have none.
  const rows: unknown = requiredField(operation, field, value) ?? []
  if (Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null))
    return rows as Row[]
  throw incomplete(operation, `valid ${field}`)
}

function incomplete(operation: string, field: string): ServiceError {
  return new ServiceError(`The response has no ${field}.`, { operation, serviceCode: 'IncompleteResponse' })
}
