/**
 * Responses to what Node's HTTP server does not accept as a request, in the format of the service. They are written to the
 * connection itself, which is then closed. Earlier requests on the connection get their responses first: a client takes
 * responses in the order of its requests.
 */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { badRequest, requestTimedOut, type ApiError } from '../service/api-error.js'
import {
  newRequestId,
  recordsOn,
  logUnreadRequest,
  type LogContext,
  type RequestRecord,
} from './request-record.js'

/** Milliseconds that a client has to read its response before the connection is closed. */
const LINGER_MS = 1_000

/** The error that Node's server reports for a request it cannot parse, or a connection that fails. */
type ClientError = NodeJS.ErrnoException & { readonly reason?: string; readonly rawPacket?: Buffer }

/** Connections that such a response was written to. */
const ended = new WeakSet<Socket>()

/** Responds to a request that the HTTP parser refuses: it is malformed, or its headers are too long or do not end. */
export function respondToClientError(error: ClientError, socket: Socket, logContext: LogContext): void {
  if (ended.has(socket)) return // the parser refuses each further chunk
  const records = recordsOn(socket)
  const last = records.at(-1)
  const refused = last?.request.complete === false ? last : undefined
  if (!isOfParser(error) || (last === undefined && socket.bytesRead === 0)) {
    socket.destroy() // the client does not wait for a response
    return
  }
  afterResponses(socket, refused, (isFirst) => {
    // Bytes after a request that was parsed get no response, and no request gets two.
    if (refused ? refused.response.headersSent : !isFirst) socket.destroy()
    else {
      const isHead = error.rawPacket?.subarray(0, 5).toString('latin1') === 'HEAD ' // as far as the first bytes show
      respondRaw(apiErrorOf(error), socket, logContext, refused, isHead)
    }
  })
}

/** Responds to CONNECT: this server is not a proxy. */
export function respondToConnect(socket: Socket, logContext: LogContext): void {
  socket.on('error', () => undefined) // the client may be gone
  afterResponses(socket, undefined, () => {
    respondRaw(
      badRequest(400, 'This server is not a proxy: it does not support CONNECT.'),
      socket,
      logContext,
    )
  })
}

/**
 * Runs an action once all requests of a connection but one have their response, unless the connection is closed then.
 *
 * @param action - called with whether there were no other requests
 */
function afterResponses(
  socket: Socket,
  except: RequestRecord | undefined,
  action: (isFirst: boolean) => void,
): void {
  ended.add(socket)
  const before = recordsOn(socket).filter((record) => record !== except && !record.response.closed)
  const last = before.at(-1) // responses are sent in the order of the requests
  if (!last) action(true)
  else {
    last.response.once('close', () => {
      if (!socket.destroyed) action(false)
    })
  }
}

function respondRaw(
  error: ApiError,
  socket: Socket,
  logContext: LogContext,
  record?: RequestRecord,
  isHead = false,
): void {
  const { status, code, message, type } = error
  const requestId = newRequestId()
  const body = JSON.stringify({ code, message, type })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] as string}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Date: ${new Date(logContext.now()).toUTCString()}`,
    'Connection: close',
  ]
  record?.setRawError(status, code)
  socket.end(
    [...head, `x-amzn-RequestId: ${record?.requestId ?? requestId}`, '', isHead ? '' : body].join('\r\n'),
  )
  if (!record) logUnreadRequest(socket, requestId, { status, code }, logContext)
  // If a connection is closed while bytes of the client are under way, the client may lose the response. They are read.
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('end', () => socket.destroy())
  socket.once('close', () => {
    clearTimeout(timer)
  })
  socket.resume()
}

/** Whether the request is malformed. Otherwise the connection failed. */
function isOfParser({ code = '' }: ClientError): boolean {
  return code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT'
}

function apiErrorOf({ code, reason }: ClientError): ApiError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return requestTimedOut()
  if (code === 'HPE_HEADER_OVERFLOW') return badRequest(431, 'The headers are too long.')
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return badRequest(413, 'The chunk extensions are too long.')
  return badRequest(400, `The request is malformed: ${String(reason)}`)
}
