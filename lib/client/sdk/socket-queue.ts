/**
 * Whether a request waits for a socket. A client of the caller's has an agent of its own, with as many sockets as it
 * allows: 50 for each host, where the caller says nothing. The time a request waits there is not the service's.
 */
import { ID_HEADER } from './request-attempt.js'

/** As much of Node's `http.Agent` as is used here: the requests that wait, by the host they are for. */
interface QueueingAgent {
  readonly requests?: Readonly<Record<string, readonly QueuedRequest[] | undefined>>
}

/** As much of a request handler's configuration as is used here. */
interface HandlerConfig {
  readonly httpAgent?: QueueingAgent
  readonly httpsAgent?: QueueingAgent
}

interface QueuedRequest {
  getHeader?(name: string): unknown
}

/**
 * Whether the request with this ID waits for a socket of the handler's agents. `false` of a handler that does
 * not show its agents.
 */
export function isQueued(handler: object, id: string): boolean {
  const showing = handler as { httpHandlerConfigs?(): HandlerConfig }
  const { httpAgent, httpsAgent } = showing.httpHandlerConfigs?.() ?? {}
  return [httpAgent, httpsAgent]
    .flatMap((agent) => Object.values(agent?.requests ?? {}))
    .some((waiting) => waiting?.some((request) => request.getHeader?.(ID_HEADER) === id))
}
