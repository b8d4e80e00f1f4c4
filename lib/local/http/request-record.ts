/**
 * What becomes of one request, gathered for the request log. The entry is made when the request is over: its answer was
 * sent and its body taken in, or its connection is gone.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { claimedKeyOf } from '../auth/claim.js'
import type { SigningTexts } from '../auth/signature.js'
import type { FaultKind } from '../faults/faults.js'
import type { RequestLog, RequestLogEntry } from './request-log.js'
import { parseTarget, shownTarget, type RequestTarget } from './request-target.js'

/** Where entries go, and what they take the time from. */
export interface LogContext {
  readonly log: RequestLog
  /** Milliseconds. */
  readonly now: () => number
}

/** Bytes of each connection that entries have counted. */
const counted = new WeakMap<Socket, { in: number; out: number }>()
/** The requests of each connection that are not over. There is more than one where a client sends without waiting. */
const open = new WeakMap<Socket, Set<RequestRecord>>()

/** One request. */
export class RequestRecord {
  readonly requestId: string = newRequestId()
  readonly target: RequestTarget
  /** The operation it calls. */
  operation: string | null = null
  fault: FaultKind | null = null
  diagnostic: SigningTexts | null = null
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly #time: number
  readonly #begun = performance.now()
  readonly #socket: Socket
  readonly #remoteAddress: string | undefined
  #code: string | null = null
  /** The status of an answer that was written past the response. */
  #rawStatus: number | undefined

  constructor(request: IncomingMessage, response: ServerResponse, logContext: LogContext) {
    this.request = request
    this.response = response
    this.target = parseTarget(request.url as string) // of a request that a server got
    this.#time = logContext.now()
    const { socket } = request
    this.#socket = socket // a request that is over may have none
    this.#remoteAddress = socket.remoteAddress // of a connection that is gone it is not known
    const others = open.get(socket) ?? new Set()
    open.set(socket, others.add(this))
    let isOver = false
    const look = (): void => {
      if (isOver || !(socket.destroyed || (request.readableEnded && response.closed))) return
      isOver = true // the answer's close comes amid that of its connection, which still calls this
      for (const emitter of [response, socket]) emitter.off('close', look)
      request.off('end', look)
      others.delete(this)
      emitEntry(logContext.log, this.#entry())
    }
    socket.setMaxListeners(0) // a client may send any number of requests before it reads an answer
    for (const emitter of [response, socket]) emitter.on('close', look)
    request.on('end', look)
  }

  /** It is answered with an error. */
  refused(code: string): void {
    if (this.#rawStatus === undefined) this.#code = code
  }

  /** It was answered with an error that was written to the connection itself. */
  refusedRaw(status: number, code: string): void {
    this.#rawStatus = status
    this.#code = code
  }

  #entry(): RequestLogEntry {
    const { request, response, target } = this
    const status = this.#rawStatus ?? (response.headersSent ? response.statusCode : null)
    return {
      ...emptyEntry(this.requestId, this.#time, this.#socket, this.#remoteAddress),
      method: request.method as string, // of a request that a server got
      path: shownTarget(target),
      operation: this.operation,
      status,
      code: status === null ? null : this.#code,
      durationMs: Math.round((performance.now() - this.#begun) * 1000) / 1000,
      accessKeyId: claimedKeyOf({ headers: request.headersDistinct, query: target.queryText }) ?? null,
      fault: this.fault,
      diagnostic: this.diagnostic,
    }
  }
}

/** The requests of a connection whose answer has not been sent, or whose body has not come, in the order they came. */
export function recordsOn(socket: Socket): readonly RequestRecord[] {
  return [...(open.get(socket) ?? [])]
}

/** A new ID, as in `x-amzn-RequestId`. */
export function newRequestId(): string {
  return randomBytes(35).toString('base64url')
}

/** Records a request that could not be read. Its bytes are those the connection has had since the last entry. */
export function logUnreadRequest(
  socket: Socket,
  requestId: string,
  { status, code }: { status: number; code: string },
  { log, now }: LogContext,
): void {
  emitEntry(log, { ...emptyEntry(requestId, now(), socket, socket.remoteAddress), status, code })
}

function emptyEntry(
  requestId: string,
  time: number,
  socket: Socket,
  remoteAddress: string | undefined,
): RequestLogEntry {
  const before = counted.get(socket) ?? { in: 0, out: 0 }
  const after = { in: socket.bytesRead, out: socket.bytesWritten }
  counted.set(socket, after)
  return {
    time: new Date(time).toISOString(),
    requestId,
    method: null,
    path: null,
    operation: null,
    status: null,
    code: null,
    bytesIn: after.in - before.in,
    bytesOut: after.out - before.out,
    durationMs: 0,
    remoteAddress: remoteAddress ?? null,
    accessKeyId: null,
    fault: null,
    diagnostic: null,
  }
}

/** The caller's function is not ours: what it throws must not end the server. It is told as a warning. */
function emitEntry(log: RequestLog, entry: RequestLogEntry): void {
  const warn = (error: unknown): void => {
    process.emitWarning(error instanceof Error ? error : new Error(String(error)))
  }
  const take: (entry: RequestLogEntry) => unknown = log // it may be asynchronous
  try {
    const logged = take(entry)
    if (logged instanceof Promise) logged.catch(warn)
  } catch (error) {
    warn(error)
  }
}
