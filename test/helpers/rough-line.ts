import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Test } from 'tap'
import { TLS } from '../fixtures/tls.js'

/** The event that a connection meets once bytes have arrived on it. */
export type Act = (socket: Socket) => void

/** A line on which things happen to the first connections; those after them reach the target. */
export interface RoughLine {
  readonly port: number
  /** How many connections came. */
  readonly connections: () => number
}

/** Starts a {@link RoughLine} on loopback; closed when the test is over. */
export async function roughLineFor(
  test: Test,
  target: string,
  acts: readonly Act[],
  isSecure = false,
): Promise<RoughLine> {
  const rest = [...acts]
  const open = new Set<Socket>()
  let count = 0
  const accept = (socket: Socket): void => {
    track(socket)
    const act = rest.shift()
    if (act) {
      socket.once('data', () => {
        act(socket)
      })
      return
    }
    const onward = connect(Number(new URL(target).port), '127.0.0.1')
    track(onward)
    socket.pipe(onward).pipe(socket)
    socket.once('close', () => onward.destroy())
  }
  const track = (socket: Socket): void => {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => open.delete(socket))
  }
  const server = isSecure ? createTlsServer(TLS, accept) : createServer(accept)
  server.on('connection', () => count++) // also where TLS does not come about
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, connections: () => count }
}

/** Sends bytes and closes the connection. */
export function saying(bytes: string | Uint8Array): Act {
  return (socket) => {
    socket.end(bytes)
  }
}

/** Answers with a page, as proxies and login pages do. */
export function page(status: number, type = 'text/html; charset=utf-8', body = '<html>no</html>'): Act {
  const location = status === 302 ? 'Location: http://127.0.0.1/login\r\n' : ''
  return saying(
    `HTTP/1.1 ${status} Whatever\r\nContent-Type: ${type}\r\n${location}` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}

/** Resets the connection. */
export const reset: Act = (socket) => {
  socket.resetAndDestroy()
}
