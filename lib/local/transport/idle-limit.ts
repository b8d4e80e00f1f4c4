/**
 * Waits for a client that end: for its body, for what is left of a body that was refused, and for its reading of an
 * answer. A body or an answer that keeps moving, however slowly, is never cut.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestTimedOut } from '../service/api-error.js'

/** Bytes of a refused body that are still taken in, so that a client which sends first and reads then gets its answer. */
const MAX_DRAINED_BYTES = 134_217_728
/** The time a refused body is taken in, in idle timeouts. */
const MAX_DRAIN_TIMEOUTS = 10
/** Milliseconds a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * The chunks of a body.
 *
 * @param idleTimeout - milliseconds until the next chunk must be there, each time one is asked for
 * @throws {ApiError} 408: it was not
 */
export async function* bodyWithIdleLimit<T>(
  body: AsyncIterable<T>,
  idleTimeout: number,
): AsyncGenerator<T, void, undefined> {
  const iterator = body[Symbol.asyncIterator]()
  let isAsking = false
  try {
    for (;;) {
      isAsking = true
      const next = await within(iterator.next(), idleTimeout)
      isAsking = false
      if (next.done === true) return
      yield next.value
    }
  } finally {
    if (!isAsking) await iterator.return?.() // which would otherwise wait for the chunk that does not come
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
 * Takes in and forgets what is still to come of a body. The connection is cut where that is too much, takes too long, or
 * does not come.
 *
 * @param idleTimeout - milliseconds without a byte
 */
export function drain(request: IncomingMessage, idleTimeout: number): void {
  if (request.readableEnded || request.destroyed) return
  const { socket } = request
  let left = MAX_DRAINED_BYTES
  const cut = (): void => void request.destroy()
  let idle = setTimeout(cut, idleTimeout)
  const whole = setTimeout(cut, Math.min(idleTimeout * MAX_DRAIN_TIMEOUTS, MAX_TIMER_MS))
  request.on('error', () => undefined) // the client need not wait for the end
  request.on('data', (chunk: Buffer) => {
    clearTimeout(idle)
    idle = setTimeout(cut, idleTimeout)
    left -= chunk.length
    if (left < 0) cut()
  })
  const stop = (): void => {
    clearTimeout(idle)
    clearTimeout(whole)
    socket.off('close', stop)
  }
  request.once('end', stop)
  socket.once('close', stop) // a request whose answer was sent does not close with its connection
}

/**
 * Cuts a connection whose client does not read its answer.
 *
 * @param idleTimeout - milliseconds in which nothing of the answer could be sent
 */
export function cutIfUnread(response: ServerResponse, idleTimeout: number): void {
  response.setTimeout(idleTimeout, () => {
    if (response.writableLength > 0) response.destroy() // else the answer is not ready: the client waits for us
  })
}
