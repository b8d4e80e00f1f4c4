/** Where a request comes from, as its connection shows. */
import type { Socket } from 'node:net'

/** Who sends a request. */
export interface Caller {
  /** An IPv4 or IPv6 address; `undefined` where the connection is closed. */
  readonly address: string | undefined
  /** Whether the connection is encrypted. */
  readonly isSecure: boolean
}

/** Who is at the other end of a connection. An IPv4 address in the form of an IPv6 one is given as IPv4. */
export function callerOf(socket: Pick<Socket, 'remoteAddress'>): Caller {
  const address = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  return { address, isSecure: 'encrypted' in socket && socket.encrypted === true }
}
