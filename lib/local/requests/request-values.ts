/** The values of headers and query parameters. */
import { MAX_DESCRIPTION_LENGTH } from '../../glacier/limits.js'
import type { SignedRequest } from '../auth/signature.js'
import { invalidParameter, missingParameter } from '../service/api-error.js'
import type { RequestContext } from './request-context.js'

/** The value of a header; `undefined` if it is absent. */
export function headerOf({ headers }: Pick<SignedRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/**
 * The value of a required header. An empty header is treated as absent.
 *
 * @throws {ApiError} 400: it is absent
 */
export function requiredHeader(context: RequestContext, name: string): string {
  const value = headerOf(context, name)
  if (value === undefined || value === '') throw missingParameter(name)
  return value
}

/**
 * The value of a query parameter; `undefined` if it is absent. Parameters that no operation has are ignored.
 *
 * @throws {ApiError} 400: it is present more than once
 */
export function queryOf({ query }: RequestContext, name: string): string | undefined {
  const [value, ...more] = query.getAll(name)
  if (more.length > 0) throw invalidParameter(`The query has ${name} more than once.`)
  return value
}

/**
 * A number as headers have it: digits, with no sign, fraction, exponent or leading zero.
 *
 * @returns the number; `undefined` if the text is not such a number, or is not a safe integer
 */
export function wholeNumberIn(text: string): number | undefined {
  const number = /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : NaN
  return Number.isSafeInteger(number) ? number : undefined
}

/**
 * A description in a header or a field, without leading spaces (docs/glacier-protocol.md#descriptions).
 *
 * @returns the description; `null` if it is absent or empty
 * @throws {ApiError} 400: it has more than 1,024 characters, or a character outside 0x20-0x7E
 */
export function checkedDescription(text: string | undefined): string | null {
  const description = text?.replace(/^ +/, '') ?? ''
  if (description.length > MAX_DESCRIPTION_LENGTH || /[^\x20-\x7e]/.test(description)) {
    throw invalidParameter(
      `Invalid description: it has at most ${MAX_DESCRIPTION_LENGTH} characters of 0x20-0x7E.`,
    )
  }
  return description === '' ? null : description
}
