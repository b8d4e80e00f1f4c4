/**
 * The data of a request, collected for the request log. The entry is made when the request is over: its response was sent
 * and its body received, or its connection is closed.
 */
import { invariant } from '../../invariant.js'
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { claimedKeyOf } from '../auth/claim.js'
import type { SigningTexts } from '../auth/signature.js'
import type { BucketFaultKind } from '../faults/bucket-fault-kinds.js'
import type { FaultKind } from '../faults/faults.js'
import type { RequestLog, RequestLogEntry } from './request-log.js'
import { parseTarget, shownTarget, type RequestTarget } from './request-target.js'

/** The request log, and its clock. */
export interface LogContext {
  readonly log: RequestLog
  /** The clock of the entries, in milliseconds. */
  readonly now: () => number
}

/** The bytes of each connection that entries have counted. */
const counted = new WeakMap<Socket, { in: number; out: number }>()
/** The requests of each connection that are not over. There are several if a client does not wait for responses. */
const open = new WeakMap<Socket, Set<RequestRecord>>()

/** A request in progress. */
export class RequestRecord {
  /** The `x-amzn-RequestId` of the response. */
  readonly requestId: string = newRequestId()
  readonly target: RequestTarget
  /** The operation; `null` for any other request. */
  operation: string | null = null
  /** The fault that was applied. */
  fault: FaultKind | BucketFaultKind | null = null
  /** The texts that a refused signature should have been computed from. */
  diagnostic: SigningTexts | null = null
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly #time: number
  readonly #started = performance.now()
  readonly #socket: Socket
  readonly #remoteAddress: string | undefined
  #code: string | null = null
  readonly #method: string
  /** The status of a response that was written to the connection itself. */
  #rawStatus: number | undefined

  constructor(request: IncomingMessage, response: ServerResponse, logContext: LogContext) {
    this.request = request
    this.response = response
    const { url, method } = request
    invariant(url !== undefined && method !== undefined, 'a request to a server has a method and a URL')
    this.#method = method
    this.target = parseTarget(url)
    this.#time = logContext.now()
    const { socket } = request
    this.#socket = socket // a request that is over may no longer have it
    this.#remoteAddress = socket.remoteAddress // a closed connection no longer has it
    const others = open.get(socket) ?? new Set()
    open.set(socket, others.add(this))
    let isOver = false
    const check = (): void => {
      if (isOver || !(socket.destroyed || (request.readableEnded && response.closed))) return
      isOver = true // the response closes while its connection does, which still calls this
      for (const emitter of [response, socket]) emitter.off('close', check)
      request.off('end', check)
      others.delete(this)
      emitEntry(logContext.log, this.#entry())
    }
    socket.setMaxListeners(0) // a client may send any number of requests before it reads a response
    for (const emitter of [response, socket]) emitter.on('close', check)
    request.on('end', check)
  }

  /** Sets the code of the error response. */
  setErrorCode(code: string): void {
    if (this.#rawStatus === undefined) this.#code = code
  }

  /** Sets the status and code of an error response that was written to the connection itself. */
  setRawError(status: number, code: string): void {
    this.#rawStatus = status
    this.#code = code
  }

  #entry(): RequestLogEntry {
    const { response, target } = this
    const status = this.#rawStatus ?? (response.headersSent ? response.statusCode : null)
    return {
      ...emptyEntry(this.requestId, this.#time, this.#socket, this.#remoteAddress),
      method: this.#method,
      path: shownTarget(target),
      operation: this.operation,
      status,
      code: status === null ? null : this.#code,
      durationMs: Math.round((performance.now() - this.#started) * 1000) / 1000,
      accessKeyId: claimedKeyOf({ headers: this.request.headersDistinct, query: target.queryText }) ?? null,
      fault: this.fault,
      diagnostic: this.diagnostic,
    }
  }
}

/** The requests of a connection whose response was not sent, or whose body was not received, in their order. */
export function recordsOn(socket: Socket): readonly RequestRecord[] {
  return [...(open.get(socket) ?? [])]
}

/** A new request ID, for `x-amzn-RequestId`. */
export function newRequestId(): string {
  return randomBytes(35).toString('base64url')
}

/** Logs a request that could not be parsed. Its bytes are those of the connection since the last entry. */
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

/** Calls the caller's function. An error that it throws must not end the server, and becomes a warning. */
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
