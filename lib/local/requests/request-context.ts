/**
 * One request and what is answered to it, as the operations see them.
 */
import type { IncomingMessage } from 'node:http'
import { isObject } from '../../options/check-options.js'
import { MAX_DESCRIPTION_LENGTH } from '../../glacier/limits.js'
import type { SignedRequest } from '../auth/signature.js'
import { parseJson } from '../service/bounded-json.js'
import type { Stores } from '../stores/stores.js'
import { invalidParameter, missingParameter, ApiError } from '../service/api-error.js'

/** A request that has been authenticated. */
export interface RequestContext {
  readonly stores: Stores
  /** The names in its path, decoded: `vaultName`, `archiveId`, … */
  readonly names: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** The body of a request that is not an upload; empty where there is none. */
  readonly body: Buffer
  /** The body of an upload, not read yet. */
  readonly stream: AsyncIterable<Buffer>
}

/** An answer. Its headers do not say its length. */
export interface OperationResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** Sent as JSON. */
  readonly json?: object
  /** Sent as it is. */
  readonly content?: { readonly length: number; readonly bytes: AsyncIterable<Buffer> }
}

/** What carries out an operation. */
export type Operation = (context: RequestContext) => Promise<OperationResponse>

/** A name in the path; the route has it. */
export function nameOf({ names }: RequestContext, name: string): string {
  return names[name] as string // the route's pattern names it
}

/** The path of something in the account: a Location always has the account's number. */
export function locationOf({ stores }: RequestContext, ...names: readonly string[]): string {
  return ['', stores.accountId, ...names].join('/')
}

/** A header's text; `undefined` where it is absent. */
export function headerOf({ headers }: Pick<SignedRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/**
 * A parameter of the query; `undefined` where it is absent. Parameters that no operation has are ignored.
 *
 * @throws {ApiError} 400: it is there more than once
 */
export function queryOf({ query }: RequestContext, name: string): string | undefined {
  const [value, ...more] = query.getAll(name)
  if (more.length > 0) throw invalidParameter(`The query has ${name} more than once.`)
  return value
}

/**
 * A header that must be there. One that is empty is as good as absent.
 *
 * @throws {ApiError} 400: it is not
 */
export function requiredHeader(context: RequestContext, name: string): string {
  const value = headerOf(context, name)
  if (value === undefined || value === '') throw missingParameter(name)
  return value
}

/**
 * A number as headers write it: digits, with no sign, fraction, exponent or leading zero.
 *
 * @returns the number; `undefined` where the text is none, or past what a number holds exactly
 */
export function wholeNumberIn(text: string): number | undefined {
  const number = /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : NaN
  return Number.isSafeInteger(number) ? number : undefined
}

/**
 * A description in a header or a field: leading spaces dropped, `null` where there is none
 * (docs/glacier-protocol.md#descriptions).
 *
 * @throws {ApiError} 400: more than 1,024 characters, or others than 0x20-0x7E
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

/**
 * The JSON object in a body, in UTF-8, of which each key is there once and nothing is nested too deep.
 *
 * @throws {ApiError} 400: it is none
 */
export function jsonBody({ body }: RequestContext): Readonly<Record<string, unknown>> {
  try {
    const value = parseJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
    if (isObject(value)) return value as Record<string, unknown>
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'It is not UTF-8.'
    throw new ApiError(400, 'SerializationException', `The request body is not a JSON object. ${reason}`)
  }
  throw new ApiError(400, 'SerializationException', 'The request body is not a JSON object.')
}
