/**
 * How faults are acted out on a request and its answer.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseInclusive, toRangeHeader } from '../../glacier/range-format.js'
import { resetConnection } from '../transport/connections.js'
import type { OperationResponse } from '../requests/request-context.js'
import { drain, bodyWithIdleLimit } from '../transport/idle-limit.js'
import { errorForFault, type FaultKind, type ActiveFault } from './faults.js'
import type { ApiError } from '../service/api-error.js'

const DEFAULT_BYTES_PER_SECOND = 65_536
/** Milliseconds between two pieces of what goes slowly, but for less than a byte. */
const CHUNK_INTERVAL_MS = 50

/** Faults that come after the request was carried out, or while it is. */
const LATER = new Set<FaultKind>([
  'lose-answer',
  'wrong-hash',
  'no-hash',
  'cut-output',
  'corrupt-output',
  'whole-output',
  'other-range',
  'slow',
])

/**
 * Fails a request before it is carried out.
 *
 * @param refuse - answers with an error of the service's
 * @param idleTimeout - milliseconds a body that stalls is waited for; `stall` waits as long as the client does
 * @returns false where the fault comes later
 */
export async function failBeforeOperation(
  { fault }: ActiveFault,
  request: IncomingMessage,
  response: ServerResponse,
  refuse: (refused: ApiError) => Promise<void>,
  idleTimeout: number,
): Promise<boolean> {
  if (LATER.has(fault)) return false
  if (fault === 'reset-before') resetConnection(request.socket)
  else if (fault === 'reset-amid') await resetAmid(request, idleTimeout)
  else if (fault === 'stall') {
    request.resume()
    await new Promise((resolve) => request.socket.once('close', resolve))
  } else {
    drain(request, idleTimeout)
    const refused = errorForFault(fault)
    if (refused) await refuse(refused)
    else if (fault === 'timeout-without-body') response.writeHead(408, { 'content-length': '0' }).end()
    else response.writeHead(503, { 'content-type': 'text/html' }).end('<html><h1>Service down</h1></html>')
  }
  return true
}

/** The body of a request, as fast as its fault lets it come. Of a client that has gone, nothing is waited for. */
export function applyToBody(
  met: ActiveFault | undefined,
  body: AsyncIterable<Buffer>,
  { socket }: IncomingMessage,
): AsyncIterable<Buffer> {
  return met?.fault === 'slow' ? slowly(body, met.bytesPerSecond, () => socket.destroyed) : body
}

/** The headers of a request that has been authenticated, as its fault lets the operation see them. */
export function applyToHeaders(
  met: ActiveFault | undefined,
  headers: IncomingMessage['headers'],
): IncomingMessage['headers'] {
  const { range, ...others } = headers
  if (range === undefined || !(met?.fault === 'whole-output' || met?.fault === 'other-range')) return headers
  const asked = met.fault === 'other-range' ? parseInclusive(range) : undefined
  if (!asked) return others
  const size = asked.end - asked.start
  const start = asked.start >= size ? asked.start - size : 0 // the range before; of the first, half of it
  return {
    ...others,
    range: toRangeHeader({ start, end: asked.start > 0 ? start + size : Math.ceil(size / 2) }),
  }
}

/** An answer, as its fault leaves it. */
export function applyToResponse(met: ActiveFault | undefined, answer: OperationResponse): OperationResponse {
  const { content, headers } = answer
  switch (met?.fault) {
    case 'wrong-hash':
      return withHash(answer, headers?.[HASH] && 'f'.repeat(64))
    case 'no-hash':
      return withHash(answer, undefined)
    case 'slow':
      return withBytes(answer, content && slowly(content.bytes, met.bytesPerSecond))
    case 'cut-output':
      return withBytes(answer, content && cut(content.bytes, content.length / 2))
    case 'corrupt-output':
      return withBytes(answer, content && corrupted(content.bytes, Math.floor(content.length / 2)))
    default:
      return answer
  }
}

const HASH = 'x-amz-sha256-tree-hash'

function withHash(answer: OperationResponse, hash: string | undefined): OperationResponse {
  return { ...answer, headers: { ...answer.headers, [HASH]: hash } }
}

function withBytes(answer: OperationResponse, bytes: AsyncIterable<Buffer> | undefined): OperationResponse {
  return answer.content && bytes ? { ...answer, content: { ...answer.content, bytes } } : answer
}

async function resetAmid(request: IncomingMessage, idleTimeout: number): Promise<void> {
  const { socket } = request
  let left = Number(request.headers['content-length'] ?? 0) / 2
  try {
    for await (const chunk of bodyWithIdleLimit(request as AsyncIterable<Buffer>, idleTimeout)) {
      left -= chunk.length
      if (left <= 0) break
    }
  } catch {
    // the client was faster, or sends no more
  }
  resetConnection(socket)
}

async function* slowly(
  source: AsyncIterable<Buffer>,
  bytesPerSecond = DEFAULT_BYTES_PER_SECOND,
  isGone: () => boolean = () => false,
): AsyncGenerator<Buffer, void, undefined> {
  const size = Math.ceil((bytesPerSecond * CHUNK_INTERVAL_MS) / 1000)
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += size) {
      if (!isGone()) await sleep((size * 1000) / bytesPerSecond)
      yield chunk.subarray(at, at + size)
    }
  }
}

/** What cuts an answer because a fault rule says so. */
export class OutputCutError extends Error {}

/** The first bytes, and then an error, which cuts the answer. */
async function* cut(source: AsyncIterable<Buffer>, length: number): AsyncGenerator<Buffer, void, undefined> {
  let left = length
  for await (const chunk of source) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) break
  }
  throw new OutputCutError('The output was cut by a fault rule.')
}

async function* corrupted(
  source: AsyncIterable<Buffer>,
  place: number,
): AsyncGenerator<Buffer, void, undefined> {
  let at = 0
  for await (const chunk of source) {
    const index = place - at
    at += chunk.length
    if (index < 0 || index >= chunk.length) yield chunk
    else {
      const wrong = Buffer.from(chunk)
      wrong.writeUInt8(wrong.readUInt8(index) ^ 1, index)
      yield wrong
    }
  }
}
