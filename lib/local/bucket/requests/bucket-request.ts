/** A request and its response, as the operations of the local bucket see them. */
import type { IncomingHttpHeaders } from 'node:http'
import { invariant } from '../../../invariant.js'
import type { AuthenticatedCaller } from '../auth/bucket-auth.js'
import type { ReceivedBody } from '../body/received-body.js'
import { invalidArgument } from '../service/bucket-error.js'
import type { BucketRecord } from '../records/bucket-record.js'
import { MAX_PAGE_ENTRIES } from '../service/bucket-limits.js'
import type { StorageClass } from '../service/storage-classes.js'
import type { BucketStores } from '../storage/bucket-stores.js'

/** A request that has been authenticated. */
export interface BucketRequest {
  /** Decoded; empty for a request to the service. Its form has not been checked. */
  readonly bucket: string
  /** Decoded; empty for a request to a bucket. At most 1,024 bytes. */
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly caller: AuthenticatedCaller
  readonly body: ReceivedBody
  readonly stores: BucketStores
}

/** A request to a bucket that exists, which the caller may use. */
export interface ObjectRequest extends BucketRequest {
  readonly record: BucketRecord
}

/** The response of an operation. Its headers do not include the length, unless it has no body. */
export interface BucketResponse {
  readonly status: number
  /** The storage class of the object or the upload, which decides on the price of the request; absent if it is about none. */
  readonly storageClass?: StorageClass
  /** A header that is `undefined` is not sent. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** A document. */
  readonly xml?: string
  /** A body that is sent as it is. Of a response to HEAD, only its length is sent. */
  readonly content?: { readonly length: number; readonly bytes: AsyncIterable<Buffer> }
}

/** The value of a header; `undefined` if it is absent. */
export function headerIn({ headers }: Pick<BucketRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/**
 * The value of a query parameter; `undefined` if it is absent.
 *
 * @throws {BucketError} 400 `InvalidArgument`: it is present more than once
 */
export function parameterIn({ query }: Pick<BucketRequest, 'query'>, name: string): string | undefined {
  const [value, ...more] = query.getAll(name)
  if (more.length > 0)
    throw invalidArgument('The query has the parameter more than once.', name, String(value))
  return value
}

/** The value of a query parameter that the route of the operation requires. */
export function requiredParameter(request: Pick<BucketRequest, 'query'>, name: string): string {
  const value = parameterIn(request, name)
  invariant(value !== undefined, 'the route of the operation requires it')
  return value
}

/**
 * A whole number in a query parameter or a header.
 *
 * @param text - the value
 * @param max - a larger number is an error, too
 * @throws {BucketError} 400 `InvalidArgument`
 */
export function wholeNumber(name: string, text: string, min: number, max: number, message: string): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN
  if (number >= min && number <= max) return number
  throw invalidArgument(message, name, text)
}

/**
 * A number of entries that a page has at most, as a client asks for it; default and maximum 1,000.
 *
 * @throws {BucketError} 400 `InvalidArgument`
 */
export function pageSize(name: string, text: string | undefined): number {
  if (text === undefined || text === '') return MAX_PAGE_ENTRIES
  const message = `Provided ${name} not an integer or within integer range`
  return Math.min(wholeNumber(name, text, 0, 2 ** 31 - 1, message), MAX_PAGE_ENTRIES)
}
