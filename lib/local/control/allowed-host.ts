/**
 * The Host headers that requests for the controls can have.
 *
 * A web site can let its own name resolve to 127.0.0.1 once its page is loaded (DNS rebinding): the browser then takes
 * this server for that site. The Host header still has the site's name, so only names that no site can have are accepted.
 */
import { isIP } from 'node:net'
import { isLoopback } from '../service/loopback.js'

/**
 * Whether a Host header is a loopback name, or the host that the server listens on. If the server listens on all addresses
 * (`0.0.0.0`, `::`), any IP address is accepted: an address cannot be made to resolve to another one.
 *
 * @param listening - the address that the server listens on, as its options have it
 */
export function isAllowedHost(header: string | undefined, listening: string): boolean {
  const name = nameIn(header ?? '')
  if (name === undefined) return false
  const own = listening.replace(/^\[|\]$/g, '').toLowerCase()
  if (isLoopback(name) || name === nameIn(isIP(own) === 6 ? `[${own}]` : own)) return true
  return (own === '0.0.0.0' || own === '::') && isIP(name.replace(/^\[|\]$/g, '')) !== 0
}

/** The name in a Host header, without the port, as a browser normalizes it; `undefined` if the header is not valid. */
function nameIn(header: string): string | undefined {
  if (!/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(header)) return undefined
  const url = `http://${header}`
  return URL.canParse(url) ? new URL(url).hostname : undefined
}
