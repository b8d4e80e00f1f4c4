/** Applies faults to requests and responses. faulty-bytes.ts changes the bytes of bodies. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseInclusive, toRangeHeader } from '../../glacier/range-format.js'
import type { OperationResponse } from '../requests/request-context.js'
import type { ApiError } from '../service/api-error.js'
import { resetConnection } from '../transport/connections.js'
import { bodyWithIdleLimit, drain } from '../transport/idle-limit.js'
import { errorForFault } from './fault-errors.js'
import type { ActiveFault, FaultKind } from './faults.js'
import { corruptedAt, cutAfter, slowedTo } from './faulty-bytes.js'

/** Faults that apply while the request is carried out, or afterwards. */
const LATE_FAULTS = new Set<FaultKind>([
  'lose-answer',
  'wrong-hash',
  'no-hash',
  'cut-output',
  'corrupt-output',
  'whole-output',
  'other-range',
  'slow',
])
const TREE_HASH = 'x-amz-sha256-tree-hash'

/**
 * Applies a fault that fails a request before it is carried out.
 *
 * @param sendError - sends an error response of the service
 * @param idleTimeoutMs - milliseconds to wait for a body that stalls; `stall` waits as long as the client does
 * @returns false if the fault applies later
 */
export async function failBeforeOperation(
  { fault }: ActiveFault,
  request: IncomingMessage,
  response: ServerResponse,
  sendError: (error: ApiError) => Promise<void>,
  idleTimeoutMs: number,
): Promise<boolean> {
  if (LATE_FAULTS.has(fault)) return false
  if (fault === 'reset-before') resetConnection(request.socket)
  else if (fault === 'reset-amid') await resetInBody(request, idleTimeoutMs)
  else if (fault === 'stall') {
    request.resume()
    await new Promise((resolve) => request.socket.once('close', resolve))
  } else {
    drain(request, idleTimeoutMs)
    const error = errorForFault(fault)
    if (error) await sendError(error)
    else if (fault === 'timeout-without-body') response.writeHead(408, { 'content-length': '0' }).end()
    else response.writeHead(503, { 'content-type': 'text/html' }).end('<html><h1>Service down</h1></html>')
  }
  return true
}

/** The body of a request, slowed if the fault says so. It is not slowed once the client is gone. */
export function applyToBody(
  active: ActiveFault | undefined,
  body: AsyncIterable<Buffer>,
  { socket }: IncomingMessage,
): AsyncIterable<Buffer> {
  return active?.fault === 'slow' ? slowedTo(active.bytesPerSecond, body, () => socket.destroyed) : body
}

/** The headers of an authenticated request, as the operation sees them under a fault. */
export function applyToHeaders(
  active: ActiveFault | undefined,
  headers: IncomingMessage['headers'],
): IncomingMessage['headers'] {
  const { range, ...others } = headers
  const isRangeFault = active?.fault === 'whole-output' || active?.fault === 'other-range'
  if (range === undefined || !isRangeFault) return headers
  const requested = active.fault === 'other-range' ? parseInclusive(range) : undefined
  if (!requested) return others
  const size = requested.end - requested.start
  const start = requested.start >= size ? requested.start - size : 0 // the previous range; of the first, half of it
  return {
    ...others,
    range: toRangeHeader({ start, end: requested.start > 0 ? start + size : Math.ceil(size / 2) }),
  }
}

/** A response, as it is sent under a fault. */
export function applyToResponse(
  active: ActiveFault | undefined,
  response: OperationResponse,
): OperationResponse {
  const { content, headers } = response
  switch (active?.fault) {
    case 'wrong-hash':
      return withHash(response, headers?.[TREE_HASH] && 'f'.repeat(64))
    case 'no-hash':
      return withHash(response, undefined)
    case 'slow':
      return withBytes(response, content && slowedTo(active.bytesPerSecond, content.bytes))
    case 'cut-output':
      return withBytes(response, content && cutAfter(content.length / 2, content.bytes))
    case 'corrupt-output':
      return withBytes(response, content && corruptedAt(Math.floor(content.length / 2), content.bytes))
    default:
      return response
  }
}

function withHash(response: OperationResponse, hash: string | undefined): OperationResponse {
  return { ...response, headers: { ...response.headers, [TREE_HASH]: hash } }
}

function withBytes(response: OperationResponse, bytes: AsyncIterable<Buffer> | undefined): OperationResponse {
  return response.content && bytes ? { ...response, content: { ...response.content, bytes } } : response
}

/** Reads half of a body, and resets the connection. */
export async function resetInBody(request: IncomingMessage, idleTimeoutMs: number): Promise<void> {
  const { socket } = request
  let left = Number(request.headers['content-length'] ?? 0) / 2
  try {
    for await (const chunk of bodyWithIdleLimit(request as AsyncIterable<Buffer>, idleTimeoutMs)) {
      left -= chunk.length
      if (left <= 0) break
    }
  } catch {
    // The client has closed the connection, or sends nothing more.
  }
  resetConnection(socket)
}
