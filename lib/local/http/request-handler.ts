/**
 * From an HTTP request to its answer: route, authenticate, run, answer. The one place every request passes.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { authenticate, type AuthConfig } from '../auth/authenticate.js'
import { SignatureMismatch } from '../auth/signature-mismatch.js'
import { headerOf, type OperationResponse, type RequestContext } from '../requests/request-context.js'
import { handleControl, isControlRequest, type ControlContext } from '../control/control-api.js'
import { applyToResponse, applyToBody, OutputCutError, failBeforeOperation, applyToHeaders } from '../faults/fault-injection.js'
import type { ActiveFault } from '../faults/faults.js'
import { assertAllowed } from '../operations/permissions.js'
import { callerOf } from '../auth/caller.js'
import { resetConnection } from '../transport/connections.js'
import { drain, cutIfUnread, bodyWithIdleLimit } from '../transport/idle-limit.js'
import { apiErrorOf, isServerFailure } from '../transport/thrown-error.js'
import { RequestRecord, type LogContext } from './request-record.js'
import type { RequestTarget } from './request-target.js'
import { findRoute, type Match } from './routes.js'
import {
  accessDenied,
  badRequest,
  missingParameter,
  notFound,
  payloadMismatch,
  ApiError,
} from '../service/api-error.js'
import type { AllStores } from '../stores/all-stores.js'
import type { Stores } from '../stores/stores.js'

/** Bytes a body may have that is no archive's. */
const MAX_BODY_BYTES = 1_048_576
/** Handles a request. Its promise never fails, and is fulfilled when all is over that the request had begun. */
export type RequestHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  refused?: ApiError,
) => Promise<void>

/** What a request passes besides the operation it calls. */
export interface HandlerDeps extends ControlContext, LogContext {
  readonly authConfig: AuthConfig
  /** What whoever controls it over HTTP must know; without one nobody can. */
  readonly controlSecret: string | undefined
  /** Told of each failure of the server that is answered with 5xx, or cuts an answer. */
  readonly onFailure: (error: Error) => void
  /** Milliseconds a client may be silent while it is waited for. */
  readonly idleTimeout: number
}

/** Makes what answers requests. A request that was refused before is answered with that. */
export function makeRequestHandler(surroundings: HandlerDeps): RequestHandler {
  const { authConfig, controlSecret, onFailure, idleTimeout, log, now, ...controls } = surroundings
  const { faults, traffic, stores } = controls
  const report = (error: unknown): void => {
    if (isServerFailure(error)) onFailure(error)
  }
  return async (request, response, refused) => {
    const record = new RequestRecord(request, response, { log, now })
    cutIfUnread(response, idleTimeout)
    if (refused === undefined && controlSecret !== undefined && isControlRequest(request)) {
      response.setHeader('x-amzn-RequestId', record.requestId)
      await handleControl(request, response, controls, controlSecret, idleTimeout, onFailure)
      return
    }
    const call = callOf(request, record)
    const operation = call.match?.route.operation ?? 'none'
    traffic.requestStarted(operation)
    // It fails where the client is gone, or the output cannot be read: a cut body says so.
    const answerWith = (answer: OperationResponse): Promise<void> =>
      send(answer, response, record.requestId).catch((error: unknown) => {
        if (!(error instanceof OutputCutError)) report(error)
        response.destroy()
      })
    const refuse = (fault: unknown): OperationResponse => {
      if (fault instanceof SignatureMismatch) record.diagnostic = fault.diagnostic
      return recorded(refusal(apiErrorOf(fault)), record)
    }
    try {
      const met = refused ? undefined : faults.match(operation)
      record.fault = met?.fault ?? null
      if (met && (await failBeforeOperation(met, request, response, (it) => answerWith(refuse(it)), idleTimeout)))
        return
      const answering = refused
        ? Promise.reject(refused)
        : answerTo(call, request, met, stores, authConfig, idleTimeout)
      const answer = await answering.catch((error: unknown) => {
        report(error)
        return refuse(error)
      })
      if (answer.status < 300) traffic.carriedOut(operation, Number(request.headers['content-length'] ?? 0))
      response.setHeader('date', new Date(authConfig.now()).toUTCString()) // clients set their clocks by it
      // Where it is not known what will come on the connection, it is not used again.
      if (answer.status === 408 || refused) response.setHeader('connection', 'close')
      if (answer.status !== 408) drain(request, idleTimeout)
      if (met?.fault === 'lose-answer') resetConnection(request.socket)
      else await answerWith(applyToResponse(met, answer))
    } finally {
      traffic.requestEnded(operation)
    }
  }
}

/** Where an answer is an error, its code is recorded. */
function recorded(answer: Refusal, record: RequestRecord): OperationResponse {
  record.refused(answer.json.code)
  return answer
}

/** A request's line, taken apart. */
interface Call extends RequestTarget {
  readonly method: string
  readonly match: Match | undefined
}

function callOf({ method = '' }: IncomingMessage, record: RequestRecord): Call {
  const { target } = record
  const match = findRoute(method, target.path, target.query)
  record.operation = match?.route.operation ?? null
  return { ...target, method, match }
}

async function answerTo(
  { method, path, queryText, query, match }: Call,
  request: IncomingMessage,
  met: ActiveFault | undefined,
  all: AllStores,
  authConfig: AuthConfig,
  idleTimeout: number,
): Promise<OperationResponse> {
  const { headers, headersDistinct } = request
  if (headers.host === undefined && request.httpVersion === '1.1')
    throw badRequest(400, 'A request of HTTP/1.1 must have a Host header.')
  const iterator = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer> // so it can still be answered
  const stream = applyToBody(met, bodyWithIdleLimit(iterator, idleTimeout), request)
  const body = match?.route.streams ? Buffer.alloc(0) : await readBody(stream)
  const payloadHash = payloadHashOf({ headers, body }, match)
  const place = authenticate(
    { method, path, query: queryText, headers: headersDistinct, payloadHash },
    authConfig,
  )
  if (!match) throw notFound(`There is no operation ${method} ${path}.`)
  const { route, accountId, names } = match
  const stores = all.of(place) as Stores // authenticated: the server has them
  stores.throttle.count(route.operation)
  if (accountId !== '-' && accountId !== stores.accountId) {
    throw accessDenied(
      `User is not authorized to perform: glacier:${route.operation} on account ${accountId}`,
    )
  }
  await assertAllowed(stores, route.operation, names, callerOf(request.socket))
  const context = { stores, names, query, headers: applyToHeaders(met, headers), body, stream }
  const { vaultName } = names
  if (vaultName === undefined) return route.run(context)
  return stores.vaults.unlessDeleted(vaultName, () => route.run(context))
}

/** The hash a signature must be over. Of an upload the header's word is taken, and held against the body later. */
function payloadHashOf(context: Pick<RequestContext, 'headers' | 'body'>, match: Match | undefined): string {
  const announced = headerOf(context, 'x-amz-content-sha256')
  if (match?.route.streams) {
    if (announced === undefined) throw missingParameter('x-amz-content-sha256')
    return announced
  }
  const computed = createHash('sha256').update(context.body).digest('hex')
  if (announced === undefined || announced === computed) return computed
  throw payloadMismatch(computed, announced)
}

async function readBody(stream: AsyncIterable<Buffer>): Promise<Buffer> {
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

/** An answer that says what went wrong. */
interface Refusal extends OperationResponse {
  readonly json: { readonly code: string; readonly message: string; readonly type: string }
}

/** The answer for a fault. */
function refusal({ status, code, message, type }: ApiError): Refusal {
  return { status, json: { code, message, type } }
}

async function send(
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
