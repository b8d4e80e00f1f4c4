/** The body of a request, and the hash of it that must be signed. */
import { createHash } from 'node:crypto'
import type { RequestContext } from '../requests/request-context.js'
import { headerOf } from '../requests/request-values.js'
import { ApiError, missingParameter, payloadMismatch } from '../service/api-error.js'

/** The maximum length of a body that is not an archive's. */
const MAX_BODY_BYTES = 1_048_576

/**
 * Reads a body.
 *
 * @throws {ApiError} 400: it is too long; 408: it was not received
 */
export async function readBody(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > MAX_BODY_BYTES)
      throw new ApiError(400, 'SerializationException', 'The request body is too long.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * The hash that the signature must include. For an upload it is the one in the header, which is compared with the body
 * later.
 *
 * @throws {ApiError} 400: an upload without the header; 403: the header does not match the body
 */
export function payloadHashOf(
  { headers, body }: Pick<RequestContext, 'headers' | 'body'>,
  isUpload: boolean,
): string {
  const announced = headerOf({ headers }, 'x-amz-content-sha256')
  if (isUpload) {
    if (announced === undefined) throw missingParameter('x-amz-content-sha256')
    return announced
  }
  const computed = createHash('sha256').update(body).digest('hex')
  if (announced === undefined || announced === computed) return computed
  throw payloadMismatch(computed, announced)
}
