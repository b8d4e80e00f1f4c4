/**
 * Whether a request waits for a socket. A client that the caller made has an agent with a limited number of sockets: 50
 * for each host by default. The time for which a request waits there is not the service's.
 */
import { ID_HEADER } from './request-attempt.js'

/** The members of Node's `http.Agent` that are used here: the requests that wait, by host. */
interface QueueingAgent {
  readonly requests?: Readonly<Record<string, readonly QueuedRequest[] | undefined>>
}

/** The members of a request handler's configuration that are used here. */
interface HandlerConfig {
  readonly httpAgent?: QueueingAgent
  readonly httpsAgent?: QueueingAgent
}

interface QueuedRequest {
  getHeader?(name: string): unknown
}

/**
 * Whether the request with this ID waits for a socket of the handler's agents; `false` for a handler that does not
 * expose its agents.
 */
export function isQueued(handler: object, id: string): boolean {
  const exposing = handler as { httpHandlerConfigs?(): HandlerConfig }
  const { httpAgent, httpsAgent } = exposing.httpHandlerConfigs?.() ?? {}
  return [httpAgent, httpsAgent]
    .flatMap((agent) => Object.values(agent?.requests ?? {}))
    .some((waiting) => waiting?.some((request) => request.getHeader?.(ID_HEADER) === id))
}
