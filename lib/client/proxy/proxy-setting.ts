/**
 * The proxy that the environment names for a request, by the rules of curl: `https_proxy`, `http_proxy`, `all_proxy` and
 * `no_proxy`, lower case before upper case; an empty variable is unset.
 *
 * As in Go and unlike in curl, a loopback address is never reached through a proxy: a local vault is on this machine,
 * not on the proxy's. Nor is a link-local address, which serves the metadata of a cloud.
 */
import { BlockList, isIP } from 'node:net'

/** The environment of the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The destination of a request. */
export interface Destination {
  readonly protocol: 'http:' | 'https:'
  /** A host name or an address; an IPv6 address has no brackets. */
  readonly hostname: string
  readonly port: number
}

const UNPROXIED = new BlockList()
UNPROXIED.addSubnet('127.0.0.0', 8, 'ipv4')
UNPROXIED.addSubnet('169.254.0.0', 16, 'ipv4')
UNPROXIED.addAddress('::1', 'ipv6')
UNPROXIED.addSubnet('fe80::', 10, 'ipv6')

/** The environment names an invalid proxy. The message does not contain its URL, which may have a password. */
export class ProxySettingError extends TypeError {
  override readonly name = 'InvalidProxySetting'
}

/** Whether the environment names any proxy. */
export function namesProxy(env: Environment): boolean {
  return ['https_proxy', 'http_proxy', 'all_proxy'].some((name) => setting(env, name) !== undefined)
}

/**
 * Returns the proxy for a request; `undefined` for a direct connection.
 *
 * @throws {ProxySettingError} the environment names something other than an HTTP or HTTPS proxy
 */
export function proxyFor({ protocol, hostname, port }: Destination, env: Environment): URL | undefined {
  if (isLocal(hostname)) return undefined
  const found = setting(env, `${protocol.slice(0, -1)}_proxy`) ?? setting(env, 'all_proxy')
  if (!found || isExempt(hostname, port, setting(env, 'no_proxy')?.value ?? '')) return undefined
  const text = found.value.includes('://') ? found.value : `http://${found.value}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new ProxySettingError(
    `${found.name} is not a valid proxy: expected an http or https URL, as http://proxy.example:3128.`,
  )
}

function setting(env: Environment, name: string): { name: string; value: string } | undefined {
  return [name, name.toUpperCase()].flatMap((key) => (env[key] ? [{ name: key, value: env[key] }] : []))[0]
}

function isLocal(hostname: string): boolean {
  const version = isIP(hostname)
  if (version === 0) return /(?:^|\.)localhost\.?$/i.test(hostname)
  return UNPROXIED.check(hostname, version === 6 ? 'ipv6' : 'ipv4')
}

/** Whether a list of `NO_PROXY` contains the host: by name, as a subdomain, as an address, or in a range of addresses. */
function isExempt(hostname: string, port: number, list: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '')
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true
      const [, bracketed, plain, only] = /^(?:\[([^\]]*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? []
      if (only !== undefined && Number(only) !== port) return false
      const name = (bracketed ?? plain ?? '').replace(/^\*?\./, '')
      if (isIP(host) !== 0) return name === host || isInRange(host, name)
      return name !== '' && (host === name || host.endsWith(`.${name}`))
    })
}

function isInRange(address: string, range: string): boolean {
  const [network = '', bits] = range.split('/')
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4'
  const prefix = Number(bits)
  if (bits === undefined || isIP(network) !== isIP(address) || !(prefix >= 0)) return false
  if (prefix > (family === 'ipv6' ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(network, prefix, family)
  return list.check(address, family)
}
