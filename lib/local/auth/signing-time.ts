/**
 * The time of a signature, and whether the signature is valid now (docs/glacier-protocol.md#signatures).
 */
import { invalidSignature, missingParameter } from '../service/api-error.js'
import type { SignedRequest } from './signature.js'
import { singleHeader } from './single-header.js'

/** The form of `x-amz-date`, which `Date` can also have. */
const BASIC = /^\d{8}T\d{6}Z$/
/** The maximum difference between a signature's time and ours, in minutes. */
const MAX_SKEW_MINUTES = 5

/**
 * The time in the header `x-amz-date`, or else `Date`, in the form `20120525T002453Z`.
 *
 * @throws {ApiError} 400: it is absent; 403: it has another form
 */
export function timestampIn(request: SignedRequest): string {
  const amzDate = singleHeader(request, 'x-amz-date')
  if (amzDate !== undefined) return checkedTimestamp(amzDate)
  const date = singleHeader(request, 'date') ?? ''
  if (BASIC.test(date)) return checkedTimestamp(date)
  const time = Date.parse(date)
  if (Number.isNaN(time)) throw missingParameter('x-amz-date')
  return compact(time)
}

/**
 * Checks that a time has the form `20120525T002453Z`.
 *
 * @returns the time
 * @throws {ApiError} 403: it has another form
 */
export function checkedTimestamp(text: string): string {
  if (BASIC.test(text) && !Number.isNaN(parse(text))) return text
  throw invalidSignature(`Date must be in ISO-8601 'basic format'. Got '${text}'.`)
}

/**
 * Asserts that a signature is valid now: within 5 minutes of its time, or until a presigned request expires.
 *
 * @param now - the time, in milliseconds
 * @param lifetime - seconds for which a presigned request is valid; `undefined` for any other request
 * @throws {ApiError} 403: it is not valid now
 */
export function assertTime(timestamp: string, now: number, lifetime: number | undefined): void {
  const signed = parse(timestamp)
  const [past, unit] =
    lifetime === undefined
      ? [MAX_SKEW_MINUTES * 60, `${MAX_SKEW_MINUTES} min.`]
      : [lifetime, `${lifetime} s.`]
  if (signed < now - past * 1000) {
    throw invalidSignature(
      `Signature expired: ${timestamp} is now earlier than ${compact(now - past * 1000)} (${compact(now)} - ${unit})`,
    )
  }
  const limit = now + MAX_SKEW_MINUTES * 60_000
  if (signed > limit) {
    throw invalidSignature(
      `Signature not yet current: ${timestamp} is still later than ${compact(limit)} (${compact(now)} + ${MAX_SKEW_MINUTES} min.)`,
    )
  }
}

function parse(timestamp: string): number {
  return Date.parse(timestamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

function compact(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '')
}
