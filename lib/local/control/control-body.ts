/** The fields of the body of a control, a JSON object, and the parameters of its query. */
import type { IncomingMessage } from 'node:http'
import { isObject } from '../../options/check-options.js'
import { ApiError } from '../service/api-error.js'
import { parseJson } from '../service/bounded-json.js'
import { bodyWithIdleLimit } from '../transport/idle-limit.js'
import type { ControlBody } from './added-controls.js'

/** The maximum length of a body. */
const MAX_BODY_BYTES = 65_536

/**
 * Reads the body of a control.
 *
 * @param idleTimeoutMs - milliseconds to wait for the next bytes
 * @returns the object; an empty one if there is no body
 * @throws {ApiError} 413: the body is too long; 400: it is not a JSON object; 408: it was not received
 */
export async function readControlBody(request: IncomingMessage, idleTimeoutMs: number): Promise<ControlBody> {
  let text = ''
  const chunks = request.setEncoding('utf8') as AsyncIterable<string>
  for await (const chunk of bodyWithIdleLimit(chunks, idleTimeoutMs)) {
    text += chunk
    if (text.length > MAX_BODY_BYTES)
      throw controlError(413, `The body of a control has at most ${MAX_BODY_BYTES} bytes.`)
  }
  if (text === '') return {}
  const body = parsed(text)
  if (isObject(body)) return body as ControlBody
  throw controlError(400, 'The body of a control must be a JSON object.')
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/**
 * A required field that is a number.
 *
 * @throws {ApiError} 400: it is missing or not a number
 */
export function numberField(name: string, value: unknown): number {
  if (typeof value === 'number') return value
  throw controlError(400, `The body must have the number ${name}.`)
}

/**
 * An optional field that is a string.
 *
 * @throws {ApiError} 400: it is not a string
 */
export function optionalText(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw controlError(400, `The field ${name} of the body must be a string.`)
}

/**
 * A required field that is a string.
 *
 * @throws {ApiError} 400: it is missing or not a string
 */
export function requiredText(name: string, value: unknown): string {
  const text = optionalText(name, value)
  if (text === undefined) throw controlError(400, `The body must have the field ${name}.`)
  return text
}

/**
 * A required parameter of a query.
 *
 * @throws {ApiError} 400: it is missing
 */
export function requiredIn(query: URLSearchParams, name: string): string {
  const value = query.get(name)
  if (value === null) throw controlError(400, `The query has no ${name}.`)
  return value
}

/** The error response of a control. */
export function controlError(status: number, message: string): ApiError {
  return new ApiError(status, 'ControlRefused', message)
}
