/** Handles requests to a local bucket: finds the operation, authenticates, carries out, responds. */
import type { IncomingMessage } from 'node:http'
import type { Traffic } from '../../control/traffic.js'
import { OutputCutError, slowedTo } from '../../faults/faulty-bytes.js'
import type { Faults } from '../../faults/faults.js'
import type { RequestHandler } from '../../http/request-handler.js'
import { RequestRecord, type LogContext } from '../../http/request-record.js'
import { ApiError } from '../../service/api-error.js'
import { resetConnection } from '../../transport/connections.js'
import { bodyWithIdleLimit, cutIfUnread, drain } from '../../transport/idle-limit.js'
import { isServerFailure } from '../../transport/thrown-error.js'
import { authenticateBucketRequest, type BucketAuthConfig } from '../auth/bucket-auth.js'
import { BucketSignatureMismatch } from '../auth/bucket-signature-mismatch.js'
import { ReceivedBody } from '../body/received-body.js'
import {
  bucketHeadersUnder,
  bucketResponseUnder,
  errorAfter,
  failBucketRequest,
} from '../faults/bucket-fault-injection.js'
import type { BucketFaultRule } from '../faults/bucket-faults.js'
import type { BucketResponse } from '../requests/bucket-request.js'
import { assertKnownHeaders } from '../requests/known-headers.js'
import { readWhole } from '../requests/xml-body.js'
import { BucketError, notImplemented } from '../service/bucket-error.js'
import { assertKey } from '../service/bucket-names.js'
import type { BucketStores } from '../storage/bucket-stores.js'
import { bucketAddress, splitTarget, type BucketAddress } from './bucket-address.js'
import { bucketApiError } from './bucket-api-error.js'
import { findBucketRoute, type BucketRoute } from './bucket-routes.js'
import { errorResponse, sendBucketResponse } from './send-bucket-response.js'

/** The dependencies of the request handler. */
export interface BucketHandlerDeps extends LogContext {
  readonly authConfig: BucketAuthConfig
  readonly stores: BucketStores
  readonly faults: Faults<BucketFaultRule>
  readonly traffic: Traffic
  /** Called with each failure of the server that leads to a 5xx response, or cuts a response. */
  readonly onFailure: (error: Error) => void
  /** Milliseconds to wait for a silent client. */
  readonly idleTimeout: number
}

/** Creates the request handler. */
export function makeBucketHandler(deps: BucketHandlerDeps): RequestHandler {
  const { authConfig, stores, faults, traffic, onFailure, idleTimeout, log, now } = deps
  const report = (error: unknown): void => {
    if (isServerFailure(error)) onFailure(error)
  }
  return async (request, response, refused) => {
    const record = new RequestRecord(request, response, { log, now })
    cutIfUnread(response, idleTimeout)
    const call = callOf(request)
    record.operation = call.route?.operation ?? null
    const operation = call.route?.operation ?? 'none'
    const isHead = request.method === 'HEAD'
    traffic.requestStarted(operation)
    response.setHeader('x-amz-request-id', record.requestId)
    const send = (result: BucketResponse): Promise<void> =>
      sendBucketResponse(result, response, isHead).catch((error: unknown) => {
        if (!(error instanceof OutputCutError)) report(error)
        response.destroy()
      })
    const failed = (error: unknown): BucketResponse => {
      if (error instanceof BucketSignatureMismatch) record.diagnostic = error.diagnostic
      const found = bucketApiError(error)
      record.setErrorCode(found.code)
      return errorResponse(found, call.path, record.requestId)
    }
    try {
      const rule = refused ? undefined : faults.match(operation)
      record.fault = rule?.fault ?? null
      const sendError = (error: BucketError): Promise<void> => send(failed(error))
      if (rule && (await failBucketRequest(rule, request, response, sendError, idleTimeout))) return
      const work = refused ? Promise.reject(refused) : carryOut(call, request, rule, deps)
      const { result, hasStalled } = await work.then(
        (done) => ({ result: done, hasStalled: false }),
        (error: unknown) => {
          report(error)
          return { result: failed(error), hasStalled: error instanceof ApiError && error.status === 408 }
        },
      )
      if (call.route && result.status < 300) {
        traffic.carriedOut(operation, Number(request.headers['content-length'] ?? 0))
        stores.meter.requested(
          call.route.operation,
          result.storageClass ?? 'STANDARD',
          result.content?.length ?? 0,
        )
      }
      response.setHeader('date', new Date(authConfig.now()).toUTCString()) // clients set their clocks by it
      if (hasStalled || refused) response.setHeader('connection', 'close')
      if (!hasStalled) drain(request, idleTimeout)
      const replaced = result.status < 300 ? errorAfter(rule) : undefined
      if (rule?.fault === 'lose-answer') resetConnection(request.socket)
      else await send(replaced ? failed(replaced) : bucketResponseUnder(rule, result))
    } finally {
      traffic.requestEnded(operation)
    }
  }
}

/** The request line, taken apart. */
interface Call {
  readonly path: string
  readonly queryText: string
  readonly query: URLSearchParams
  /** `undefined` if the path is not valid. */
  readonly address: BucketAddress | undefined
  /** `undefined` if there is no such operation. */
  readonly route: BucketRoute | undefined
}

function callOf({ url = '', method = '', headers }: IncomingMessage): Call {
  const { path, queryText } = splitTarget(url)
  const query = new URLSearchParams(queryText)
  const address = bucketAddress(path, headers.host ?? '')
  const isCopy = headers['x-amz-copy-source'] !== undefined
  const route = address && !isCopy ? findBucketRoute(method, address.of, query) : undefined
  return { path, queryText, query, address, route }
}

/** Authenticates a request, and carries out its operation. */
async function carryOut(
  { path, queryText, query, address, route }: Call,
  request: IncomingMessage,
  rule: BucketFaultRule | undefined,
  { authConfig, stores, idleTimeout }: BucketHandlerDeps,
): Promise<BucketResponse> {
  const { headers, headersDistinct, method = '', socket } = request
  const received = { method, path, query: queryText, headers: headersDistinct }
  if (!address) throw new BucketError(400, 'InvalidURI', "Couldn't parse the specified URI.")
  const caller = authenticateBucketRequest(received, authConfig)
  if (!route) throw notImplemented(`${method} with ${query.size} parameters in the query and this path`)
  assertKnownHeaders(headers)
  assertKey(address.key)
  // The connection stays open if the body is not read to its end, so that a response can still be sent.
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  const limited = bodyWithIdleLimit(chunks, idleTimeout)
  const isSlow = rule?.fault === 'slow'
  const source = isSlow ? slowedTo(rule.bytesPerSecond, limited, () => socket.destroyed) : limited
  const body = new ReceivedBody(bodyHeaders(route, headers), source, caller.signing, !stores.partHashes)
  const context = { ...address, query, headers: bucketHeadersUnder(rule, headers), caller, body, stores }
  if (['GET', 'HEAD', 'DELETE'].includes(method)) await readWhole(context) // it has none, and must have the hash of none
  const result = await route.run(context)
  const isCharged = headers['x-amz-request-payer'] === 'requester'
  return isCharged
    ? { ...result, headers: { ...result.headers, 'x-amz-request-charged': 'requester' } }
    : result
}

/** The headers about the body: the checksum in those of a completion is that of the object. */
function bodyHeaders(
  { operation }: BucketRoute,
  headers: IncomingMessage['headers'],
): IncomingMessage['headers'] {
  if (operation !== 'CompleteMultipartUpload') return headers
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^x-amz-(?:sdk-)?checksum-/.test(name)),
  )
}
