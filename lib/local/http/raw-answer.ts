/**
 * Answers to what Node's HTTP server does not take for a request, in the format of the service: they are written to the
 * connection itself, which is then closed.
 */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { badRequest, requestTimedOut, type ServiceFault } from '../service-fault.js'
import { newRequestId, recordOn, recordUnread, type Recording } from './request-record.js'

/** Milliseconds a client has to take its answer before the connection is cut. */
const LINGER_MS = 1_000

/** What Node's server reports of a request it cannot read, or of a connection that fails. */
type ClientError = NodeJS.ErrnoException & { readonly reason?: string; readonly rawPacket?: Buffer }

/** Connections that have had such an answer. */
const ended = new WeakSet<Socket>()

/** Answers what the parser of HTTP refuses: a request that is malformed, whose headers are too long or do not end. */
export function answerClientError(error: ClientError, socket: Socket, recording: Recording): void {
  if (ended.has(socket)) return // each further chunk is refused again
  const record = recordOn(socket)
  if (
    record?.response.headersSent === true ||
    (record === undefined && socket.bytesRead === 0) ||
    !isOfParser(error)
  ) {
    socket.destroy() // an answer is under way, or nobody waits for one
  } else if (record?.request.complete === true) {
    ended.add(socket)
    record.response.once('close', () => socket.destroy()) // what comes behind a request does not cost it its answer
  } else {
    const isHead = error.rawPacket?.subarray(0, 5).toString('latin1') === 'HEAD ' // as far as can be known
    answerRaw(faultOf(error), socket, recording, isHead)
  }
}

/** Answers CONNECT: this is no proxy. */
export function answerConnect(socket: Socket, recording: Recording): void {
  socket.on('error', () => undefined) // the client may be gone
  answerRaw(badRequest(400, 'This server is no proxy: it has no CONNECT.'), socket, recording)
}

function answerRaw(fault: ServiceFault, socket: Socket, recording: Recording, isHead = false): void {
  ended.add(socket)
  const { status, code, message, type } = fault
  const requestId = newRequestId()
  const body = JSON.stringify({ code, message, type })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] as string}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Date: ${new Date(recording.now()).toUTCString()}`,
    'Connection: close',
  ]
  const record = recordOn(socket)
  record?.refusedRaw(status, code)
  socket.end(
    [...head, `x-amzn-RequestId: ${record?.requestId ?? requestId}`, '', isHead ? '' : body].join('\r\n'),
  )
  if (!record) recordUnread(socket, requestId, { status, code }, recording)
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

function faultOf({ code, reason }: ClientError): ServiceFault {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return requestTimedOut()
  if (code === 'HPE_HEADER_OVERFLOW') return badRequest(431, 'The headers are too long.')
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return badRequest(413, 'The chunk extensions are too long.')
  return badRequest(400, `The request is malformed: ${String(reason)}`)
}
