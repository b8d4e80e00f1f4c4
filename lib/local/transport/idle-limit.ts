/**
 * Limits on the time to wait for a client: for its body, for the rest of a refused body, and until it reads a response. A
 * body or response that makes progress, however slow, is never interrupted.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestTimedOut } from '../service/api-error.js'

/** The maximum number of bytes of a refused body that are read, for a client that reads the response only after sending. */
const MAX_DRAINED_BYTES = 134_217_728
/** The maximum time for which a refused body is read, in idle timeouts. */
const MAX_DRAIN_TIMEOUTS = 10
/** The maximum delay of a timer, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * The chunks of a body.
 *
 * @param idleTimeout - milliseconds within which each chunk must be received, once it is requested
 * @throws {ApiError} 408: a chunk was not received
 */
export async function* bodyWithIdleLimit<T>(
  body: AsyncIterable<T>,
  idleTimeout: number,
): AsyncGenerator<T, void, undefined> {
  const iterator = body[Symbol.asyncIterator]()
  let isWaiting = false
  try {
    for (;;) {
      isWaiting = true
      const next = await within(iterator.next(), idleTimeout)
      isWaiting = false
      if (next.done === true) return
      yield next.value
    }
  } finally {
    if (!isWaiting) await iterator.return?.() // otherwise it would wait for the chunk that is not received
  }
}

function within<T>(work: Promise<T>, idleTimeout: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(requestTimedOut())
    }, idleTimeout)
    void work.then(resolve, reject).finally(() => {
      clearTimeout(timer)
    })
  })
}

/**
 * Reads and discards the rest of a body. The connection is closed if the rest is too long, takes too long, or is not
 * received.
 *
 * @param idleTimeout - milliseconds within which the next bytes must be received
 */
export function drain(request: IncomingMessage, idleTimeout: number): void {
  if (request.readableEnded || request.destroyed) return
  const { socket } = request
  let left = MAX_DRAINED_BYTES
  const close = (): void => void request.destroy()
  let idle = setTimeout(close, idleTimeout)
  const total = setTimeout(close, Math.min(idleTimeout * MAX_DRAIN_TIMEOUTS, MAX_TIMER_MS))
  request.on('error', () => undefined) // the client need not wait for the end
  request.on('data', (chunk: Buffer) => {
    clearTimeout(idle)
    idle = setTimeout(close, idleTimeout)
    left -= chunk.length
    if (left < 0) close()
  })
  const stop = (): void => {
    clearTimeout(idle)
    clearTimeout(total)
    socket.off('close', stop)
  }
  request.once('end', stop)
  socket.once('close', stop) // a request whose response was sent does not close with its connection
}

/**
 * Closes the connection of a client that does not read its response.
 *
 * @param idleTimeout - milliseconds within which bytes of the response must be sent
 */
export function cutIfUnread(response: ServerResponse, idleTimeout: number): void {
  response.setTimeout(idleTimeout, () => {
    if (response.writableLength > 0) response.destroy() // otherwise the response is not ready, and the client waits
  })
}
