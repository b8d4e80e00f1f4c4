/**
 * The HTTP server under a local vault. Everything it is sent is answered in the format of the service, and no wait for a
 * client is without end:
 *
 * - headers that do not end, and connections without a request: Node's `headersTimeout` and `keepAliveTimeout`;
 * - TLS that is not agreed on: Node's `handshakeTimeout`;
 * - bodies that do not come, and answers that are not read: idle-limit.ts;
 * - connections that are not closed after their last answer: raw-answer.ts;
 * - all of them when the server is closed, which destroys every connection.
 *
 * There is no limit on the time a request takes as a whole.
 */
import { once } from 'node:events'
import { createServer, type ServerOptions } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { badRequest } from '../service/api-error.js'
import { respondToClientError, respondToConnect } from './raw-response.js'
import { trackConnections } from '../transport/connections.js'
import type { RequestHandler } from './request-handler.js'
import { secureContextOptions, type TlsOptions } from '../transport/tls.js'
import type { LogContext } from './request-record.js'

/** Milliseconds an idle connection is kept: longer than clients pause between requests. */
const KEEP_ALIVE_MS = 60_000
/** The most milliseconds between two looks for headers that do not end. */
const MAX_CHECK_INTERVAL_MS = 15_000

/** Where and how a server listens. */
export interface Listening {
  readonly port: number
  readonly host: string
  /** The certificate it speaks TLS with; `undefined` for plain HTTP. */
  readonly tls?: TlsOptions | undefined
  /** Milliseconds until the headers of a request must have come, and before them TLS be agreed on. */
  readonly idleTimeout: number
}

/** A server that listens. */
export interface HttpServer {
  /** `http://127.0.0.1:PORT`, or `https://…`. */
  readonly endpoint: string
  /** Ends all connections, and waits until everything is over that requests had begun. */
  close(): Promise<void>
}

/** Starts a server. */
export async function listen(
  handle: RequestHandler,
  { port, host, tls, idleTimeout }: Listening,
  logContext: LogContext,
): Promise<HttpServer> {
  const options: ServerOptions = {
    requestTimeout: 0, // a part may take hours over a thin line
    headersTimeout: idleTimeout,
    connectionsCheckingInterval: Math.min(idleTimeout, MAX_CHECK_INTERVAL_MS),
    keepAliveTimeout: KEEP_ALIVE_MS,
    requireHostHeader: false, // it is missed by the handler
  }
  const active = new Set<Promise<void>>()
  const run: RequestHandler = (request, response, refused) => {
    const handling = handle(request, response, refused).finally(() => active.delete(handling))
    active.add(handling)
    return handling
  }
  const server = tls
    ? createSecureServer({ ...secureContextOptions(tls), handshakeTimeout: idleTimeout, ...options })
    : createServer(options)
  const sockets = trackConnections(server)
  server.on('request', (request, response) => void run(request, response))
  server.on('checkExpectation', (request, response) => {
    const fault = badRequest(417, 'Of what a client may expect, only 100-continue is met.')
    void run(request, response, fault)
  })
  // The types allow streams of other kinds, which a caller could hand to the server; ours gets connections only.
  /* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment */
  server.on('clientError', (error, socket) => {
    respondToClientError(error, socket as Socket, logContext)
  })
  server.on('connect', (_request, socket) => {
    respondToConnect(socket as Socket, logContext)
  })
  /* eslint-enable @typescript-eslint/no-unsafe-class-instance-assignment */
  server.listen(port, host)
  await once(server, 'listening')
  return {
    endpoint: endpointOf(server.address() as AddressInfo, tls && 'https'), // of a TCP server that listens
    async close() {
      const closed = [server, ...sockets].map((it) => new Promise((resolve) => it.once('close', resolve)))
      server.close()
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
      await Promise.all(active) // what they were writing is removed before the folder may be
    },
  }
}

/** Where a server that listens is found. */
export function endpointOf({ address, family, port }: AddressInfo, scheme = 'http'): string {
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
