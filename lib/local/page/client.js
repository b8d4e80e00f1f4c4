/** Sends requests to the controls. The secret is only sent in a header, and only to this page's own server. */

/** The server cannot be reached, or does not respond. */
export class Unreachable extends Error {}

/** The secret is not the server's. */
export class WrongSecret extends Error {}

/** The server refuses a control; the message says why. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/** Milliseconds within which the server must respond. */
const REQUEST_TIMEOUT_MS = 60_000

/** The characters of a secret, which must be valid in a header. */
const SECRET = /^[\x21-\x7e]+$/

/**
 * @param {string} text
 * @returns {boolean} whether it can be a secret
 */
export function isSecret(text) {
  return SECRET.test(text)
}

/**
 * Carries out a control.
 *
 * @param {string} secret
 * @param {string} method
 * @param {string} path - below `/.control/`
 * @param {object} [body]
 * @returns {Promise<any>} the JSON of the response
 * @throws {Unreachable}
 * @throws {WrongSecret}
 * @throws {Refused}
 */
export async function ask(secret, method, path, body) {
  const response = await reached(
    fetch(new URL(path, document.baseURI), {
      method,
      headers: { authorization: `Bearer ${secret}` },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body && { body: JSON.stringify(body) }),
    }),
  )
  const answer = await reached(response.json())
  if (response.status === 401) throw new WrongSecret('The secret is not that of this server.')
  if (!response.ok) throw new Refused(response.status, String(answer.message))
  return answer
}

/**
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
async function reached(work) {
  try {
    return await work
  } catch (cause) {
    const isLate = cause instanceof DOMException && cause.name === 'TimeoutError'
    throw new Unreachable(isLate ? 'has not responded for a minute' : 'cannot be reached', { cause })
  }
}
