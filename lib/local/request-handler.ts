/**
 * From an HTTP request to its answer: route, authenticate, run, answer. The one place every request passes.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { authenticate, type Gatekeeper } from './authenticate.js'
import { headerOf, type Answer, type Exchange } from './exchange.js'
import { answeredFault, type FaultKind, type Faults } from './faults.js'
import { findRoute, type Match } from './routes.js'
import {
  accessDenied,
  missingParameter,
  notFound,
  notImplemented,
  payloadMismatch,
  ServiceFault,
} from './service-fault.js'
import type { Stores } from './stores.js'
import type { Traffic } from './traffic.js'

/** Bytes a body may have that is no archive's. */
const MOST_BODY = 1_048_576
/** Bytes of a refused body that are still taken in, so that a client which sends first and reads then gets its answer. */
const MOST_DRAINED = 134_217_728

/** What a request passes besides the operation it calls. */
export interface Surroundings {
  readonly gatekeeper: Gatekeeper
  readonly faults: Faults
  readonly traffic: Traffic
}

/** What answers requests; its promise, which never fails, says when all is over that a request had begun. */
export function makeRequestHandler(
  stores: Stores,
  { gatekeeper, faults, traffic }: Surroundings,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const call = callOf(request)
    const operation = call.match?.route.operation ?? 'none'
    traffic.came(operation)
    try {
      const fault = faults.meet(operation)
      if (fault && (await failInstead(fault, request, response))) return
      const answer = await answerTo(call, request, stores, gatekeeper).catch(refusal)
      if (answer.status < 300) traffic.carriedOut(operation, Number(request.headers['content-length'] ?? 0))
      response.setHeader('date', new Date(gatekeeper.now()).toUTCString()) // clients set their clocks by it
      if (!request.complete) drain(request)
      if (fault === 'lose-answer') request.socket.resetAndDestroy()
      // It fails where the client is gone, or the output cannot be read: a cut body says so.
      else
        await send(fault === 'wrong-hash' ? withWrongHash(answer) : answer, response).catch(() =>
          response.destroy(),
        )
    } finally {
      traffic.went(operation)
    }
  }
}

/** A request's line, taken apart. */
interface Call {
  readonly method: string
  readonly path: string
  readonly queryText: string
  readonly query: URLSearchParams
  readonly match: Match | undefined
}

function callOf({ method = '', url = '' }: IncomingMessage): Call {
  const [path, queryText] = split(url)
  const query = new URLSearchParams(queryText)
  return { method, path, queryText, query, match: findRoute(method, path, query) }
}

/** Fails a request before it is carried out; false where the fault comes after that. */
async function failInstead(
  fault: FaultKind,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (fault === 'lose-answer' || fault === 'wrong-hash') return false
  if (fault === 'reset-before') request.socket.resetAndDestroy()
  else if (fault === 'reset-amid') await resetAmid(request)
  else if (fault === 'stall') {
    request.resume()
    await new Promise((resolve) => request.socket.once('close', resolve))
  } else {
    request.resume()
    const refused = answeredFault(fault)
    if (refused) await send(refusal(refused), response).catch(() => response.destroy())
    else if (fault === 'timeout-without-body') response.writeHead(408, { 'content-length': '0' }).end()
    else response.writeHead(503, { 'content-type': 'text/html' }).end('<html><h1>Service down</h1></html>')
  }
  return true
}

async function resetAmid(request: IncomingMessage): Promise<void> {
  const { socket } = request
  let left = Number(request.headers['content-length'] ?? 0) / 2
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      left -= chunk.length
      if (left <= 0) break
    }
  } catch {
    // the client was faster
  }
  socket.resetAndDestroy()
}

function withWrongHash(answer: Answer): Answer {
  const name = 'x-amz-sha256-tree-hash'
  return answer.headers?.[name]
    ? { ...answer, headers: { ...answer.headers, [name]: 'f'.repeat(64) } }
    : answer
}

/** Takes in and forgets what is still to come of a body, up to a limit past which the connection is cut. */
function drain(request: IncomingMessage): void {
  let left = MOST_DRAINED
  request.on('error', () => undefined) // the client need not wait for the end
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) request.destroy()
  })
}

async function answerTo(
  { method, path, queryText, query, match }: Call,
  request: IncomingMessage,
  stores: Stores,
  gatekeeper: Gatekeeper,
): Promise<Answer> {
  const { headers } = request
  const stream = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer> // so it can still be answered
  const body = match?.route.streams ? Buffer.alloc(0) : await readBody(stream)
  const exchange = { stores, names: match?.names ?? {}, query, headers, body, stream }
  const payloadHash = payloadHashOf(exchange, match)
  authenticate({ method, path, query: queryText, headers, payloadHash }, gatekeeper)
  if (!match) throw notFound(`There is no operation ${method} ${path}.`)
  const { route, accountId } = match
  if (accountId !== '-' && accountId !== stores.accountId) {
    throw accessDenied(
      `User is not authorized to perform: glacier:${route.operation} on account ${accountId}`,
    )
  }
  if (!route.run) throw notImplemented(route.operation)
  return route.run(exchange)
}

/** The hash a signature must be over. Of an upload the header's word is taken, and held against the body later. */
function payloadHashOf(exchange: Exchange, match: Match | undefined): string {
  const announced = headerOf(exchange, 'x-amz-content-sha256')
  if (match?.route.streams) {
    if (announced === undefined) throw missingParameter('x-amz-content-sha256')
    return announced
  }
  const computed = createHash('sha256').update(exchange.body).digest('hex')
  if (announced === undefined || announced === computed) return computed
  throw payloadMismatch(computed, announced)
}

async function readBody(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > MOST_BODY)
      throw new ServiceFault(400, 'SerializationException', 'The request body is too long.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function split(url: string): [path: string, query: string] {
  const at = url.indexOf('?')
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
}

/** The answer for what was thrown: a fault's own, or 500 as the service gives when something of its own fails. */
function refusal(error: unknown): Answer {
  const fault =
    error instanceof ServiceFault
      ? error
      : new ServiceFault(500, 'ServiceUnavailableException', (error as Error).message)
  const { status, code, message, type } = fault
  return { status, json: { code, message, type } }
}

async function send(
  { status, headers = {}, json, content }: Answer,
  response: ServerResponse,
): Promise<void> {
  response.statusCode = status
  response.setHeader('x-amzn-RequestId', randomBytes(35).toString('base64url'))
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
