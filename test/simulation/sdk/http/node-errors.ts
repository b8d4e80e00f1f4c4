/** The errors that the SDK's own request handler rejects with. */

/** Codes for which the SDK's handler names an error `TimeoutError`. */
const NAMED_TIMEOUT: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])

/** An error of the connection, as Node.js makes it. */
export function nodeError(code: string): Error {
  const syscall = code === 'ECONNREFUSED' ? 'connect' : code === 'EPIPE' ? 'write' : 'read'
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall })
}

/** The same error as the SDK's handler passes it on. */
export function handlerError(code: string): Error {
  const error = nodeError(code)
  if (NAMED_TIMEOUT.has(code)) error.name = 'TimeoutError'
  return error
}

/** The error of a request that its signal ended. */
export function abortErrorOf({ reason }: AbortSignal): Error {
  return Object.assign(new Error('Request aborted', { cause: reason }), { name: 'AbortError' })
}
