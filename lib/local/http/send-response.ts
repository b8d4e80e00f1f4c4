/** Sends the response of an operation. */
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { OperationResponse } from '../requests/request-context.js'

/**
 * Sends a response.
 *
 * @throws the error of a body that cannot be read, or of a connection that is closed
 */
export async function sendResponse(
  { status, headers = {}, json, content }: OperationResponse,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  response.statusCode = status
  response.setHeader('x-amzn-RequestId', requestId)
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) response.setHeader(name, value)
  if (content) {
    response.setHeader('content-length', content.length)
    await pipeline(content.bytes, response)
    return
  }
  const text = json ? JSON.stringify(json) : ''
  if (json) response.setHeader('content-type', 'application/json')
  if (status !== 204) response.setHeader('content-length', Buffer.byteLength(text))
  response.end(text)
}
