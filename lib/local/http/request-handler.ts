/**
 * From an HTTP request to its answer: route, authenticate, run, answer. The one place every request passes.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { authenticate, type Gatekeeper } from '../auth/authenticate.js'
import { headerOf, type Answer, type Exchange } from './exchange.js'
import { answerControl, isForControls, type Controlled } from '../control/control-face.js'
import { answerUnder, bodyUnder, CutByRule, failedBefore, headersUnder } from '../faults/fault-acts.js'
import type { MetFault } from '../faults/faults.js'
import { assertAllowed } from '../auth/permissions.js'
import { faultOf, isFailure } from './refusal.js'
import { findRoute, type Match } from './routes.js'
import { accessDenied, missingParameter, notFound, payloadMismatch, ServiceFault } from '../service-fault.js'
import type { Stores } from '../storage/stores.js'

/** Bytes a body may have that is no archive's. */
const MOST_BODY = 1_048_576
/** Bytes of a refused body that are still taken in, so that a client which sends first and reads then gets its answer. */
const MOST_DRAINED = 134_217_728

/** What a request passes besides the operation it calls. */
export interface Surroundings extends Controlled {
  readonly gatekeeper: Gatekeeper
  /** What whoever controls it over HTTP must know; without one nobody can. */
  readonly controlSecret: string | undefined
  /** Told of each failure of the server that is answered with 5xx, or cuts an answer. */
  readonly onFailure: (error: Error) => void
}

/** What answers requests; its promise, which never fails, says when all is over that a request had begun. */
export function makeRequestHandler(
  stores: Stores,
  { gatekeeper, controlSecret, onFailure, ...controlled }: Surroundings,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { faults, traffic } = controlled
  return async (request, response) => {
    if (controlSecret !== undefined && isForControls(request)) {
      await answerControl(request, response, controlled, controlSecret, onFailure)
      return
    }
    const call = callOf(request)
    const operation = call.match?.route.operation ?? 'none'
    traffic.came(operation)
    const report = (error: unknown): void => {
      if (isFailure(error)) onFailure(error)
    }
    // It fails where the client is gone, or the output cannot be read: a cut body says so.
    const answerWith = (answer: Answer): Promise<void> =>
      send(answer, response).catch((error: unknown) => {
        if (!(error instanceof CutByRule)) report(error)
        response.destroy()
      })
    try {
      const met = faults.meet(operation)
      const refuse = (fault: ServiceFault): Promise<void> => answerWith(refusal(fault))
      if (met && (await failedBefore(met, request, response, refuse))) return
      const answer = await answerTo(call, request, met, stores, gatekeeper).catch((error: unknown) => {
        report(error)
        return refusal(faultOf(error))
      })
      if (answer.status < 300) traffic.carriedOut(operation, Number(request.headers['content-length'] ?? 0))
      response.setHeader('date', new Date(gatekeeper.now()).toUTCString()) // clients set their clocks by it
      if (!request.complete) drain(request)
      if (met?.fault === 'lose-answer') request.socket.resetAndDestroy()
      else await answerWith(answerUnder(met, answer))
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
  met: MetFault | undefined,
  stores: Stores,
  gatekeeper: Gatekeeper,
): Promise<Answer> {
  const { headers } = request
  const iterator = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer> // so it can still be answered
  const stream = bodyUnder(met, iterator)
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
  await assertAllowed(stores, route.operation, match.names)
  const run = (): Promise<Answer> => route.run({ ...exchange, headers: headersUnder(met, headers) })
  const { vaultName } = match.names
  return vaultName === undefined ? run() : stores.vaults.unlessDeleted(vaultName, run)
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

/** The answer for a fault. */
function refusal({ status, code, message, type }: ServiceFault): Answer {
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
