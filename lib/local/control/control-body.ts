/** The body of a control: a JSON object, and the fields of it. */
import type { IncomingMessage } from 'node:http'
import { isObject } from '../../options/check-options.js'
import { parseJson } from '../service/bounded-json.js'
import { bodyWithIdleLimit } from '../transport/idle-limit.js'
import { ApiError } from '../service/api-error.js'
import type { ControlBody } from './control-context.js'

/** Bytes an order has at the most. */
const MAX_BODY_BYTES = 65_536

/**
 * Reads the body of a control; without one the order is empty.
 *
 * @param idleTimeout - milliseconds without a byte after which it is refused
 * @throws {ApiError} 413: it is too long; 400: it is no JSON object; 408: it does not come
 */
export async function readControlBody(request: IncomingMessage, idleTimeout: number): Promise<ControlBody> {
  let text = ''
  const body = request.setEncoding('utf8') as AsyncIterable<string>
  for await (const chunk of bodyWithIdleLimit(body, idleTimeout)) {
    text += chunk
    if (text.length > MAX_BODY_BYTES) throw refused(413, `An order has at most ${MAX_BODY_BYTES} bytes.`)
  }
  if (text === '') return {}
  const order = parsed(text)
  if (isObject(order)) return order as ControlBody
  throw refused(400, 'An order is a JSON object.')
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/**
 * A field that must be a number.
 *
 * @throws {ApiError} 400: it is none
 */
export function numberField(name: string, value: unknown): number {
  if (typeof value === 'number') return value
  throw refused(400, `The order has no number ${name}.`)
}

/**
 * A field that may be a text.
 *
 * @throws {ApiError} 400: it is something else
 */
export function optionalText(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw refused(400, `The order's ${name} is no text.`)
}

/**
 * A field that must be a text.
 *
 * @throws {ApiError} 400: it is missing, or something else
 */
export function requiredText(name: string, value: unknown): string {
  const text = optionalText(name, value)
  if (text === undefined) throw refused(400, `The order has no ${name}.`)
  return text
}

/** The refusal of a control. */
export function refused(status: number, message: string): ApiError {
  return new ApiError(status, 'ControlRefused', message)
}
