/**
 * Where the page has the secret from: the part of its address behind #, which is sent to no server and is removed from
 * the address at once; or what this tab has kept; or the reader.
 */
import { isSecret } from './client.js'
import { byId } from './dom.js'
import { say } from './status.js'

const KEY = 'glacier-pipe control secret'

/**
 * Begins with a secret, and again whenever another is given.
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
 * Shows the form for the secret in place of the panels; the secret that was kept is forgotten.
 *
 * @param {string} [wrong] - what was wrong with the secret that was given
 */
export function askForSecret(wrong) {
  sessionStorage.removeItem(KEY)
  byId('panels', HTMLElement).hidden = true
  byId('login', HTMLElement).hidden = false
  byId('secret', HTMLElement).focus()
  say(wrong ?? 'The secret of the controls is needed.', wrong === undefined ? '' : 'error')
}
