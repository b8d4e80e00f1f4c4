/** The line that says how the connection is, and what became of the last control. */
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

/** @returns {boolean} whether the page has not been answered yet since it began to ask */
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
