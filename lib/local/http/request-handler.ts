/** Handles requests: finds the operation, authenticates, carries out, responds. Every request passes through here. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { authenticate, type AuthConfig } from '../auth/authenticate.js'
import { callerOf } from '../auth/caller.js'
import { SignatureMismatch } from '../auth/signature-mismatch.js'
import { handleControl, isControlRequest } from '../control/control-api.js'
import type { ControlContext } from '../control/control-context.js'
import {
  applyToBody,
  applyToHeaders,
  applyToResponse,
  failBeforeOperation,
} from '../faults/fault-injection.js'
import { OutputCutError } from '../faults/faulty-bytes.js'
import type { ActiveFault } from '../faults/faults.js'
import { assertAllowed } from '../operations/permissions.js'
import type { OperationResponse } from '../requests/request-context.js'
import { accessDenied, badRequest, notFound, type ApiError } from '../service/api-error.js'
import type { AllStores } from '../stores/all-stores.js'
import type { Stores } from '../stores/stores.js'
import { resetConnection } from '../transport/connections.js'
import { bodyWithIdleLimit, cutIfUnread, drain } from '../transport/idle-limit.js'
import { apiErrorOf, isServerFailure } from '../transport/thrown-error.js'
import { payloadHashOf, readBody } from './request-body.js'
import { RequestRecord, type LogContext } from './request-record.js'
import type { RequestTarget } from './request-target.js'
import { findRoute, type RouteMatch } from './route-match.js'
import { sendResponse } from './send-response.js'

/**
 * Handles a request. Its promise is never rejected, and is fulfilled when everything is over that the request started.
 *
 * @param refused - the error of a request that was refused before
 */
export type RequestHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  refused?: ApiError,
) => Promise<void>

/** The dependencies of the request handler. */
export interface HandlerDeps extends ControlContext, LogContext {
  readonly authConfig: AuthConfig
  /** The secret of the controls over HTTP; `undefined` if they are off. */
  readonly controlSecret: string | undefined
  /** Called with each failure of the server that leads to a 5xx response, or cuts a response. */
  readonly onFailure: (error: Error) => void
  /** Milliseconds to wait for a silent client. */
  readonly idleTimeout: number
}

/** Creates the request handler. */
export function makeRequestHandler(deps: HandlerDeps): RequestHandler {
  const { authConfig, controlSecret, onFailure, idleTimeout, log, now, ...controls } = deps
  const { faults, traffic, stores } = controls
  const report = (error: unknown): void => {
    if (isServerFailure(error)) onFailure(error)
  }
  return async (request, response, refused) => {
    const record = new RequestRecord(request, response, { log, now })
    cutIfUnread(response, idleTimeout)
    if (refused === undefined && controlSecret !== undefined && isControlRequest(request)) {
      response.setHeader('x-amzn-RequestId', record.requestId)
      const options = { secret: controlSecret, idleTimeoutMs: idleTimeout, onFailure }
      await handleControl(request, response, controls, options)
      return
    }
    const call = callOf(request, record)
    const operation = call.match?.route.operation ?? 'none'
    traffic.requestStarted(operation)
    // It fails if the client is gone, or the output cannot be read. The client then notices that the body is cut.
    const send = (result: OperationResponse): Promise<void> =>
      sendResponse(result, response, record.requestId).catch((error: unknown) => {
        if (!(error instanceof OutputCutError)) report(error)
        response.destroy()
      })
    const failed = (error: unknown): OperationResponse => {
      if (error instanceof SignatureMismatch) record.diagnostic = error.diagnostic
      const { status, code, message, type } = apiErrorOf(error)
      record.setErrorCode(code)
      return { status, json: { code, message, type } }
    }
    try {
      const active = refused ? undefined : faults.match(operation)
      record.fault = active?.fault ?? null
      const sendError = (error: ApiError): Promise<void> => send(failed(error))
      if (active && (await failBeforeOperation(active, request, response, sendError, idleTimeout))) return
      const work = refused
        ? Promise.reject(refused)
        : carryOut(call, request, active, { stores, authConfig, idleTimeout })
      const result = await work.catch((error: unknown) => {
        report(error)
        return failed(error)
      })
      if (result.status < 300) traffic.carriedOut(operation, Number(request.headers['content-length'] ?? 0))
      response.setHeader('date', new Date(authConfig.now()).toUTCString()) // clients set their clocks by it
      // A connection on which further bytes of the request may arrive is not used again.
      if (result.status === 408 || refused) response.setHeader('connection', 'close')
      if (result.status !== 408) drain(request, idleTimeout)
      if (active?.fault === 'lose-answer') resetConnection(request.socket)
      else await send(applyToResponse(active, result))
    } finally {
      traffic.requestEnded(operation)
    }
  }
}

/** The request line, taken apart. */
interface Call extends RequestTarget {
  readonly method: string
  /** `undefined` if there is no such operation. */
  readonly match: RouteMatch | undefined
}

function callOf({ method = '' }: IncomingMessage, record: RequestRecord): Call {
  const { target } = record
  const match = findRoute(method, target.path, target.query)
  record.operation = match?.route.operation ?? null
  return { ...target, method, match }
}

/** Authenticates a request, and carries out its operation. */
async function carryOut(
  { method, path, queryText, query, match }: Call,
  request: IncomingMessage,
  active: ActiveFault | undefined,
  deps: Pick<HandlerDeps, 'authConfig' | 'idleTimeout'> & { readonly stores: AllStores },
): Promise<OperationResponse> {
  const { headers, headersDistinct } = request
  if (headers.host === undefined && request.httpVersion === '1.1')
    throw badRequest(400, 'A request of HTTP/1.1 must have a Host header.')
  // The connection stays open if the body is not read to its end, so that a response can still be sent.
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  const stream = applyToBody(active, bodyWithIdleLimit(chunks, deps.idleTimeout), request)
  const isUpload = match?.route.streams === true
  const body = isUpload ? Buffer.alloc(0) : await readBody(stream)
  const payloadHash = payloadHashOf({ headers, body }, isUpload)
  const owner = authenticate(
    { method, path, query: queryText, headers: headersDistinct, payloadHash },
    deps.authConfig,
  )
  if (!match) throw notFound(`There is no operation ${method} ${path}.`)
  const { route, accountId, names } = match
  const stores = deps.stores.of(owner) as Stores // authenticated: the server serves them
  stores.throttle.count(route.operation)
  if (accountId !== '-' && accountId !== stores.accountId) {
    throw accessDenied(
      `User is not authorized to perform: glacier:${route.operation} on account ${accountId}`,
    )
  }
  await assertAllowed(stores, route.operation, names, callerOf(request.socket))
  const context = { stores, names, query, headers: applyToHeaders(active, headers), body, stream }
  const { vaultName } = names
  if (vaultName === undefined) return route.run(context)
  return stores.vaults.unlessDeleted(vaultName, () => route.run(context))
}
