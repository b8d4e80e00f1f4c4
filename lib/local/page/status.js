/** The status line: the state of the connection, and the result of the last control. */
import { byId, write } from './dom.js'

/** @typedef {'' | 'error' | 'connecting'} Kind */

/**
 * @param {string} text
 * @param {Kind} [kind]
 */
export function say(text, kind = '') {
  const status = byId('status', HTMLElement)
  write(status, text)
  status.className = kind
}

/** @returns {boolean} whether the page waits for the first response */
export function isConnecting() {
  return byId('status', HTMLElement).className === 'connecting'
}

/**
 * @param {unknown} error
 * @returns {string}
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error)
}
