/**
 * Connections through the proxies that the environment names. This file, and with it the agents, is loaded only where
 * the environment names one.
 */
import { Agent as HttpAgent, type ClientRequest } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Socket, TcpNetConnectOpts } from 'node:net'
import { HttpProxyAgent } from 'http-proxy-agent'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { ProxyError, ProxyRefusal } from './proxy-error.js'
import { proxyFor, type Environment, type ProxySettingError } from './proxy-setting.js'

/** Milliseconds in which a proxy must connect. Less than the SDK allows a connection, whose error names no proxy. */
const PROXY_TIMEOUT = 9000

/** Keeps connections, as many as there are requests at once. */
const KEPT = { keepAlive: true } as const

/** Where a request is to be connected to, as Node's agents are told. */
interface Connection extends TcpNetConnectOpts {
  readonly host: string
  readonly secureEndpoint: boolean
}

/** What the agents for both protocols have in common. */
interface ConnectingAgent extends HttpAgent {
  readonly proxy: URL
  connectOpts: TcpNetConnectOpts
  connect(request: ClientRequest, options: Connection): Promise<Socket>
}

/** What Node calls of an agent; its types do not have it. */
interface RequestTaker {
  addRequest(request: ClientRequest, options: Connection): void
}

/** How Node's agents tell a request that there is no connection; its types do not have it. */
interface FailingRequest {
  onSocket(socket: null, error: Error): void
}

/**
 * An agent that chooses for each request: the proxy that the environment names for it, or none. The agents of the SDK's
 * credential providers are the same, so that those reach their services, each by its own name, the same way.
 *
 * It chooses at once, as Node asks it to: once a part of a body is written, the agents for http cannot tell the proxy
 * the whole URL any more.
 */
export class ProxyRouter extends HttpAgent {
  readonly #isSecure: boolean
  readonly #env: Environment
  readonly #agents = new Map<string, HttpAgent>()
  readonly protocol: string
  readonly defaultPort: number

  /** @param isSecure - whether it is for https requests */
  constructor(isSecure: boolean, env: Environment) {
    super(KEPT)
    this.#isSecure = isSecure
    this.#env = env
    this.protocol = isSecure ? 'https:' : 'http:'
    this.defaultPort = isSecure ? 443 : 80
  }

  /** A request fails with a `ProxySettingError` where the environment names no proxy that can be used. */
  addRequest(request: ClientRequest, options: Connection): void {
    let agent: HttpAgent
    try {
      agent = this.#agentFor(options)
    } catch (error) {
      // Thrown here, it would leave the timers of the SDK's handler, and with them the process, running.
      const failing = request as unknown as FailingRequest
      failing.onSocket(null, error as ProxySettingError)
      return
    }
    const taker = agent as unknown as RequestTaker
    taker.addRequest(request, { ...options, secureEndpoint: this.#isSecure })
  }

  override destroy(): void {
    for (const agent of this.#agents.values()) agent.destroy()
    super.destroy()
  }

  /** @throws {ProxySettingError} the environment names no proxy that can be used */
  #agentFor({ host, port }: Connection): HttpAgent {
    const protocol = this.#isSecure ? 'https:' : 'http:'
    const proxy = proxyFor({ protocol, hostname: host, port }, this.#env)
    const key = proxy?.href ?? ''
    const agent = this.#agents.get(key) ?? (proxy ? agentThrough(proxy, this.#isSecure) : this.#direct())
    this.#agents.set(key, agent)
    return agent
  }

  #direct(): HttpAgent {
    return this.#isSecure ? new HttpsAgent(KEPT) : new HttpAgent(KEPT)
  }
}

function agentThrough(proxy: URL, isSecure: boolean): HttpAgent {
  const url = new URL(proxy)
  url.username = url.password = '' // in a header instead: the agents write the URL to their debug log
  const headers = proxy.username || proxy.password ? { 'Proxy-Authorization': authorizationOf(proxy) } : {}
  const options = { ...KEPT, headers }
  return guarded(isSecure ? new HttpsProxyAgent(url, options) : new HttpProxyAgent(url, options))
}

function authorizationOf({ username, password }: URL): string {
  return `Basic ${Buffer.from([username, password].map(decoded).join(':')).toString('base64')}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // with a per cent sign that encodes nothing
  }
}

/**
 * The agent, whose failures to connect name the proxy. A proxy that does not answer is left after a time: the agents
 * would keep its socket, and with it the process. An answer other than 200 is an error: the agents hand it on as if the
 * service had given it.
 */
function guarded(agent: ConnectingAgent): HttpAgent {
  const connect = agent.connect.bind(agent)
  const { connectOpts, proxy } = agent
  agent.connect = async (request: ClientRequest, options: Connection) => {
    const giveUp = new AbortController()
    const timer = setTimeout(() => {
      giveUp.abort()
    }, PROXY_TIMEOUT)
    let status = 200
    request.once('proxyConnect', ({ statusCode = 200 }: { readonly statusCode?: number }) => {
      status = statusCode
    })
    try {
      agent.connectOpts = { ...connectOpts, signal: giveUp.signal } // read before `connect` first waits
      const socket = await connect(request, options)
      if (status === 200) return socket
    } catch (error) {
      const reason = giveUp.signal.aborted
        ? `No answer in ${PROXY_TIMEOUT / 1000} s.`
        : (error as Error).message
      giveUp.abort() // the agents leave their socket open
      throw new ProxyError(`No connection through the proxy ${proxy.host}: ${reason}`, { cause: error })
    } finally {
      clearTimeout(timer)
    }
    throw new ProxyRefusal(proxy.host, status, `${options.host}:${options.port}`)
  }
  return agent
}
