/**
 * The connections of a server, below TLS where it speaks that: only there can they be reset, and only there are those
 * known that have not yet come to speak HTTP.
 */
import type { Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'

/** The connection that is below one: over TLS another, else itself. */
const BELOW = new WeakMap<Socket, Socket>()

/**
 * Takes note of a server's connections.
 *
 * @returns those that are open, with those that are no longer of HTTP
 */
export function trackConnections(server: Server | SecureServer): ReadonlySet<Socket> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    BELOW.set(socket, socket)
    socket.once('close', () => open.delete(socket))
  })
  server.on('secureConnection', (secure: Socket) => {
    for (const socket of open) if (peerOf(socket) === peerOf(secure)) BELOW.set(secure, socket)
  })
  return open
}

/** Resets a connection: the peer gets an RST, and so ECONNRESET. Does nothing where the peer has gone already. */
export function resetConnection(socket: Socket): void {
  BELOW.get(socket)?.resetAndDestroy()
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
