/** The sender of a request, as its connection shows. */
import type { Socket } from 'node:net'

/** The sender of a request. */
export interface Caller {
  /** An IPv4 or IPv6 address; `undefined` if the connection is closed. */
  readonly address: string | undefined
  /** Whether the connection is encrypted. */
  readonly isSecure: boolean
}

/** The other end of a connection. An IPv4 address in the form of an IPv6 address is returned as IPv4. */
export function callerOf(socket: Pick<Socket, 'remoteAddress'>): Caller {
  const address = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  return { address, isSecure: 'encrypted' in socket && socket.encrypted === true }
}
