/**
 * Connections through the proxies that the environment names. This file and the agents are loaded only if the
 * environment names a proxy. The timer is the system's: a simulation replaces the client or the store.
 */
import { Agent as HttpAgent, type ClientRequest } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Socket, TcpNetConnectOpts } from 'node:net'
import { HttpProxyAgent } from 'http-proxy-agent'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { ProxyError, ProxyRefusal } from './proxy-error.js'
import { proxyFor, type Environment, type ProxySettingError } from './proxy-setting.js'

/** Maximum time in which a proxy must connect: less than the SDK's, whose error does not name the proxy. */
const PROXY_TIMEOUT_MS = 9000

/** As many connections as requests in flight. */
const KEEP_ALIVE = { keepAlive: true } as const

/** The destination of a connection, as Node passes it to agents. */
interface Connection extends TcpNetConnectOpts {
  readonly host: string
  readonly secureEndpoint: boolean
}

/** The members that the agents of both protocols have in common. */
interface ConnectingAgent extends HttpAgent {
  readonly proxy: URL
  connectOpts: TcpNetConnectOpts
  connect(request: ClientRequest, options: Connection): Promise<Socket>
}

/** The method of an agent that Node calls; its types do not have it. */
interface AgentForRequests {
  addRequest(request: ClientRequest, options: Connection): void
}

/** The method by which an agent fails a request without a connection; Node's types do not have it. */
interface FailingRequest {
  onSocket(socket: null, error: Error): void
}

/**
 * An agent that chooses for each request: the proxy that the environment names for it, or a direct connection. The SDK's
 * providers of credentials use the same agents, so that they reach their services the same way.
 *
 * It chooses synchronously, as Node requires: when a part of a body has been written, the agents for http can no longer
 * send the complete URL to the proxy.
 */
export class ProxyRouter extends HttpAgent {
  readonly #isSecure: boolean
  readonly #env: Environment
  readonly #agents = new Map<string, HttpAgent>()
  readonly protocol: string
  readonly defaultPort: number

  /** @param isSecure - whether it is for https requests */
  constructor(isSecure: boolean, env: Environment) {
    super(KEEP_ALIVE)
    this.#isSecure = isSecure
    this.#env = env
    this.protocol = isSecure ? 'https:' : 'http:'
    this.defaultPort = isSecure ? 443 : 80
  }

  /** Connects a request, which fails with a `ProxySettingError` if the environment names an invalid proxy. */
  addRequest(request: ClientRequest, options: Connection): void {
    let agent: HttpAgent
    try {
      agent = this.#agentFor(options)
    } catch (error) {
      // If it were thrown here, the timers of the SDK's handler would keep the process alive.
      const failing = request as unknown as FailingRequest
      failing.onSocket(null, error as ProxySettingError)
      return
    }
    const connecting = agent as unknown as AgentForRequests
    connecting.addRequest(request, { ...options, secureEndpoint: this.#isSecure })
  }

  override destroy(): void {
    for (const agent of this.#agents.values()) agent.destroy()
    super.destroy()
  }

  /** @throws {ProxySettingError} the environment names an invalid proxy */
  #agentFor({ host, port }: Connection): HttpAgent {
    const protocol = this.#isSecure ? 'https:' : 'http:'
    const proxy = proxyFor({ protocol, hostname: host, port }, this.#env)
    const key = proxy?.href ?? ''
    const agent = this.#agents.get(key) ?? (proxy ? agentThrough(proxy, this.#isSecure) : this.#direct())
    this.#agents.set(key, agent)
    return agent
  }

  #direct(): HttpAgent {
    return this.#isSecure ? new HttpsAgent(KEEP_ALIVE) : new HttpAgent(KEEP_ALIVE)
  }
}

function agentThrough(proxy: URL, isSecure: boolean): HttpAgent {
  const url = new URL(proxy)
  url.username = url.password = '' // sent in a header instead: the agents write the URL to their debug log
  const headers = proxy.username || proxy.password ? { 'Proxy-Authorization': authorizationOf(proxy) } : {}
  const options = { ...KEEP_ALIVE, headers }
  return guarded(isSecure ? new HttpsProxyAgent(url, options) : new HttpProxyAgent(url, options))
}

function authorizationOf({ username, password }: URL): string {
  return `Basic ${Buffer.from([username, password].map(decoded).join(':')).toString('base64')}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // it has a per cent sign that does not begin an escape
  }
}

/**
 * Returns the agent, changed so that its failures to connect name the proxy. A proxy that does not respond is given up:
 * the agents would keep its socket, and with it the process. A status other than 200 is an error: the agents return the
 * response as if the service had sent it.
 */
function guarded(agent: ConnectingAgent): HttpAgent {
  const connect = agent.connect.bind(agent)
  const { connectOpts, proxy } = agent
  agent.connect = async (request: ClientRequest, options: Connection) => {
    const giveUp = new AbortController()
    const timer = setTimeout(() => {
      giveUp.abort()
    }, PROXY_TIMEOUT_MS)
    let status = 200
    request.once('proxyConnect', ({ statusCode = 200 }: { readonly statusCode?: number }) => {
      status = statusCode
    })
    try {
      agent.connectOpts = { ...connectOpts, signal: giveUp.signal } // read before the first `await` of `connect`
      const socket = await connect(request, options)
      if (status === 200) return socket
    } catch (error) {
      const reason = giveUp.signal.aborted
        ? `No response in ${PROXY_TIMEOUT_MS / 1000} s.`
        : (error as Error).message
      giveUp.abort() // the agents do not close their socket
      throw new ProxyError(`No connection through the proxy ${proxy.host}: ${reason}`, { cause: error })
    } finally {
      clearTimeout(timer)
    }
    throw new ProxyRefusal(proxy.host, status, `${options.host}:${options.port}`)
  }
  return agent
}
