/**
 * Which Host header a request for the controls may have.
 *
 * A site can let its own name resolve to 127.0.0.1 once its page is loaded (DNS rebinding): the browser then takes this
 * server for that site. The Host header still says the site's name, so only names that cannot be a site's are accepted.
 */
import { isIP } from 'node:net'
import { isLoopback } from '../service/loopback.js'

/**
 * Whether a Host header names this machine by a loopback name, or the host the server was told to listen on. Where that
 * is every address (`0.0.0.0`, `::`), any IP address will do: an address cannot be made to resolve to another one.
 */
export function isAllowedHost(header: string | undefined, listening: string): boolean {
  const name = nameIn(header ?? '')
  if (name === undefined) return false
  const own = listening.replace(/^\[|\]$/g, '').toLowerCase()
  if (isLoopback(name) || name === nameIn(isIP(own) === 6 ? `[${own}]` : own)) return true
  return (own === '0.0.0.0' || own === '::') && isIP(name.replace(/^\[|\]$/g, '')) !== 0
}

/** The name in a Host header, without the port, as a browser writes it; `undefined` where it has no such form. */
function nameIn(header: string): string | undefined {
  if (!/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(header)) return undefined
  const url = `http://${header}`
  return URL.canParse(url) ? new URL(url).hostname : undefined
}
