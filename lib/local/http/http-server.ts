/**
 * The HTTP server of a local vault. Every response is in the format of the service, and every wait for a client is limited:
 *
 * - headers that do not end, and connections without a request: Node's `headersTimeout` and `keepAliveTimeout`;
 * - a TLS handshake that does not end: Node's `handshakeTimeout`;
 * - bodies that are not received, and responses that are not read: idle-limit.ts;
 * - connections that are not closed after their last response: raw-response.ts;
 * - all of them when the server is closed, which destroys every connection.
 *
 * The total time of a request is not limited.
 */
import { invariant } from '../../invariant.js'
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

/** Milliseconds for which an idle connection is kept: longer than clients pause between requests. */
const KEEP_ALIVE_MS = 60_000
/** The maximum of milliseconds between two checks for headers that do not end. */
const MAX_CHECK_INTERVAL_MS = 15_000

/** How a server listens. */
export interface Listening {
  readonly port: number
  readonly host: string
  /** The certificate and key for TLS; `undefined` for plain HTTP. */
  readonly tls?: TlsOptions | undefined
  /** Milliseconds within which the headers of a request must be received, and before them the TLS handshake be done. */
  readonly idleTimeout: number
}

/** A server that is listening. */
export interface HttpServer {
  /** `http://127.0.0.1:PORT`, or `https://…`. */
  readonly endpoint: string
  /** Closes all connections, and waits until everything is over that requests started. */
  close(): Promise<void>
}

/** Starts a server. */
export async function listen(
  handle: RequestHandler,
  { port, host, tls, idleTimeout }: Listening,
  logContext: LogContext,
): Promise<HttpServer> {
  const options: ServerOptions = {
    requestTimeout: 0, // a part may take hours on a slow connection
    headersTimeout: idleTimeout,
    connectionsCheckingInterval: Math.min(idleTimeout, MAX_CHECK_INTERVAL_MS),
    keepAliveTimeout: KEEP_ALIVE_MS,
    requireHostHeader: false, // the handler checks it
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
    const error = badRequest(417, 'The only supported value of the header Expect is 100-continue.')
    void run(request, response, error)
  })
  // The types also allow other streams, which a caller can pass to a server. This one only has connections.
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
  const address = server.address()
  invariant(address !== null && typeof address === 'object', 'a TCP server that listens has an IP address')
  return {
    endpoint: endpointOf(address, tls && 'https'),
    async close() {
      const closed = [server, ...sockets].map(
        (emitter) => new Promise((resolve) => emitter.once('close', resolve)),
      )
      server.close()
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
      await Promise.all(active) // their temporary files are removed before the caller can remove the folder
    },
  }
}

/** The URL of a server that is listening. */
export function endpointOf({ address, family, port }: AddressInfo, scheme = 'http'): string {
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
