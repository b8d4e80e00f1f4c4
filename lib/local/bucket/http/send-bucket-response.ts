/** Sends the responses of the local bucket. */
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { BucketResponse } from '../requests/bucket-request.js'
import type { BucketError } from '../service/bucket-error.js'
import { plainXmlDocument } from '../xml/xml-writer.js'

/** The response for an error. */
export function errorResponse(error: BucketError, resource: string, requestId: string): BucketResponse {
  const { status, code, message, headers, fields } = error
  if (status === 304) return { status, headers }
  const content = { Code: code, Message: message, ...fields, Resource: resource, RequestId: requestId }
  return { status, headers, xml: plainXmlDocument('Error', content) }
}

/**
 * Sends a response.
 *
 * @param isHead - whether the request is HEAD: no body is sent, only its length
 * @throws the error of a body that cannot be read, or of a connection that is closed
 */
export async function sendBucketResponse(
  { status, headers = {}, xml, content }: BucketResponse,
  response: ServerResponse,
  isHead: boolean,
): Promise<void> {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) response.setHeader(name, value)
  if (content) {
    response.setHeader('content-length', content.length)
    await pipeline(content.bytes, response)
    return
  }
  if (xml !== undefined) response.setHeader('content-type', 'application/xml')
  const hasNoBody = status === 204 || status === 304 || isHead
  if (!hasNoBody) response.setHeader('content-length', Buffer.byteLength(xml ?? ''))
  response.end(hasNoBody ? undefined : xml)
}
