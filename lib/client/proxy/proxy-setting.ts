/**
 * Which proxy the environment names for a request, as curl reads it: `https_proxy`, `http_proxy`, `all_proxy` and
 * `no_proxy`, in lower case before upper case; empty counts as unset.
 *
 * As in Go and unlike in curl, a loopback address is never reached through a proxy: a local vault is on this machine,
 * not on the proxy's. Nor is a link-local one, where a cloud's metadata are.
 */
import { BlockList, isIP } from 'node:net'

/** The environment, as far as it is read here. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where a request goes to. */
export interface Destination {
  readonly protocol: 'http:' | 'https:'
  /** A name or an address; an IPv6 address without brackets. */
  readonly hostname: string
  readonly port: number
}

const UNPROXIED = new BlockList()
UNPROXIED.addSubnet('127.0.0.0', 8, 'ipv4')
UNPROXIED.addSubnet('169.254.0.0', 16, 'ipv4')
UNPROXIED.addAddress('::1', 'ipv6')
UNPROXIED.addSubnet('fe80::', 10, 'ipv6')

/** The proxy that the environment names cannot be used. The message does not have its URL, which may have a password. */
export class ProxySettingError extends TypeError {
  override readonly name = 'InvalidProxySetting'
}

/** Whether the environment names any proxy. */
export function namesProxy(env: Environment): boolean {
  return ['https_proxy', 'http_proxy', 'all_proxy'].some((name) => setting(env, name) !== undefined)
}

/**
 * The proxy for a request; `undefined` where it is to go without one.
 *
 * @throws {ProxySettingError} the environment names something else than an HTTP or HTTPS proxy
 */
export function proxyFor({ protocol, hostname, port }: Destination, env: Environment): URL | undefined {
  if (isOfThisMachine(hostname)) return undefined
  const found = setting(env, `${protocol.slice(0, -1)}_proxy`) ?? setting(env, 'all_proxy')
  if (!found || isExcepted(hostname, port, setting(env, 'no_proxy')?.value ?? '')) return undefined
  const text = found.value.includes('://') ? found.value : `http://${found.value}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new ProxySettingError(
    `${found.name} names no proxy that can be used: an http or https URL was expected, as http://proxy.example:3128.`,
  )
}

function setting(env: Environment, name: string): { name: string; value: string } | undefined {
  return [name, name.toUpperCase()].flatMap((it) => (env[it] ? [{ name: it, value: env[it] }] : []))[0]
}

function isOfThisMachine(hostname: string): boolean {
  const version = isIP(hostname)
  if (version === 0) return /(?:^|\.)localhost\.?$/i.test(hostname)
  return UNPROXIED.check(hostname, version === 6 ? 'ipv6' : 'ipv4')
}

/** Whether a list of `NO_PROXY` has the host: by name, as a subdomain, as an address, or in a range of addresses. */
function isExcepted(hostname: string, port: number, list: string): boolean {
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
