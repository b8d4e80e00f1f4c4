/**
 * The TCP connections of a server, below TLS if it uses that: only there can a connection be reset, and only there are the
 * connections known whose TLS handshake is not done.
 */
import type { Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'

/** The TCP connection of each connection: below TLS another one, otherwise the same. */
const TCP_CONNECTIONS = new WeakMap<Socket, Socket>()

/**
 * Tracks the connections of a server.
 *
 * @returns the open ones, including those that no longer use HTTP
 */
export function trackConnections(server: Server | SecureServer): ReadonlySet<Socket> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    TCP_CONNECTIONS.set(socket, socket)
    socket.once('close', () => open.delete(socket))
  })
  server.on('secureConnection', (secure: Socket) => {
    for (const socket of open) if (peerOf(socket) === peerOf(secure)) TCP_CONNECTIONS.set(secure, socket)
  })
  return open
}

/** Resets a connection, so that the peer gets ECONNRESET. Does nothing if the connection is closed. */
export function resetConnection(socket: Socket): void {
  TCP_CONNECTIONS.get(socket)?.resetAndDestroy()
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
