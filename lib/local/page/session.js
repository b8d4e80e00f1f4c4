/**
 * The session: its secret and its status line.
 *
 * The source of the secret: the fragment of the page's address, which is not sent to the server and is removed from the
 * address bar at once; or the session storage of this tab; or the user.
 */
import { isSecret } from './client.js'
import { byId, write } from './dom.js'

const KEY = 'glacier-pipe control secret'

/**
 * Connects with a secret, and again whenever another one is entered.
 *
 * @param {(secret: string) => void} connect
 */
export function openSession(connect) {
  const enter = (/** @type {string} */ text) => {
    if (!isSecret(text)) {
      askForSecret('A secret consists of visible ASCII characters, with no space.')
      return
    }
    sessionStorage.setItem(KEY, text)
    connect(text)
  }
  const begin = () => {
    const given = new URLSearchParams(location.hash.slice(1)).get('secret')
    if (given !== null) history.replaceState(null, '', location.pathname)
    const known = given ?? sessionStorage.getItem(KEY)
    if (known === null) askForSecret()
    else enter(known)
  }
  byId('login-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault()
    const input = byId('secret', HTMLInputElement)
    enter(input.value)
    input.value = ''
  })
  window.addEventListener('hashchange', () => {
    if (location.hash.startsWith('#secret=')) begin()
  })
  begin()
}

/**
 * Shows the form for the secret instead of the panels, and removes the stored secret.
 *
 * @param {string} [wrong] - the problem with the secret
 */
export function askForSecret(wrong) {
  sessionStorage.removeItem(KEY)
  byId('panels', HTMLElement).hidden = true
  byId('login', HTMLElement).hidden = false
  byId('secret', HTMLElement).focus()
  say(wrong ?? 'The secret of the controls is needed.', wrong === undefined ? '' : 'error')
}

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
