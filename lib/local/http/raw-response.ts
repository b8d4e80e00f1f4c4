/**
 * Answers to what Node's HTTP server does not take for a request, in the format of the service: they are written to the
 * connection itself, which is then closed. Requests that came before on the connection get their answers first: a client
 * takes the answers in the order of its requests.
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

/** Milliseconds a client has to take its answer before the connection is cut. */
const LINGER_MS = 1_000

/** What Node's server reports of a request it cannot read, or of a connection that fails. */
type ClientError = NodeJS.ErrnoException & { readonly reason?: string; readonly rawPacket?: Buffer }

/** Connections that have had such an answer. */
const ended = new WeakSet<Socket>()

/** Answers what the parser of HTTP refuses: a request that is malformed, whose headers are too long or do not end. */
export function respondToClientError(error: ClientError, socket: Socket, logContext: LogContext): void {
  if (ended.has(socket)) return // each further chunk is refused again
  const records = recordsOn(socket)
  const last = records.at(-1)
  const refused = last?.request.complete === false ? last : undefined
  if (!isOfParser(error) || (last === undefined && socket.bytesRead === 0)) {
    socket.destroy() // nobody waits for an answer
    return
  }
  afterResponses(socket, refused, (isFirst) => {
    // What comes behind a request that was understood gets no answer, nor does what has one.
    if (refused ? refused.response.headersSent : !isFirst) socket.destroy()
    else {
      const isHead = error.rawPacket?.subarray(0, 5).toString('latin1') === 'HEAD ' // as far as can be known
      respondRaw(apiErrorOf(error), socket, logContext, refused, isHead)
    }
  })
}

/** Answers CONNECT: this is no proxy. */
export function respondToConnect(socket: Socket, logContext: LogContext): void {
  socket.on('error', () => undefined) // the client may be gone
  afterResponses(socket, undefined, () => {
    respondRaw(badRequest(400, 'This server is no proxy: it has no CONNECT.'), socket, logContext)
  })
}

/**
 * Does something when all requests of a connection but one have been answered, unless the connection is gone then.
 *
 * @param act - is told whether there were none to be answered
 */
function afterResponses(
  socket: Socket,
  except: RequestRecord | undefined,
  act: (isFirst: boolean) => void,
): void {
  ended.add(socket)
  const before = recordsOn(socket).filter((it) => it !== except && !it.response.closed)
  const last = before.at(-1) // answers are sent in the order of the requests
  if (!last) act(true)
  else {
    last.response.once('close', () => {
      if (!socket.destroyed) act(false)
    })
  }
}

function respondRaw(
  fault: ApiError,
  socket: Socket,
  logContext: LogContext,
  record?: RequestRecord,
  isHead = false,
): void {
  const { status, code, message, type } = fault
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
  // A connection that is cut while bytes of the client are on the way may lose the answer. What comes is forgotten.
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('end', () => socket.destroy())
  socket.once('close', () => {
    clearTimeout(timer)
  })
  socket.resume()
}

/** Whether it is the request that is wrong; else it is the connection. */
function isOfParser({ code = '' }: ClientError): boolean {
  return code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT'
}

function apiErrorOf({ code, reason }: ClientError): ApiError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return requestTimedOut()
  if (code === 'HPE_HEADER_OVERFLOW') return badRequest(431, 'The headers are too long.')
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return badRequest(413, 'The chunk extensions are too long.')
  return badRequest(400, `The request is malformed: ${String(reason)}`)
}
