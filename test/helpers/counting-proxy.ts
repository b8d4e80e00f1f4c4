import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A proxy that connects to one place, whatever it is asked for, and keeps what it was asked. */
export interface CountingProxy {
  readonly port: number
  /** `CONNECT host:port`, or method and URL. */
  readonly asked: string[]
  /** The `Proxy-Authorization` of each. */
  readonly authorizations: readonly (string | undefined)[]
}

/**
 * Starts a {@link CountingProxy} on loopback; closed when the test is over.
 *
 * @param port - of the place it connects to, on loopback
 * @param refuse - a status to answer instead
 */
export async function countingProxyFor(test: Test, port: number, refuse?: number): Promise<CountingProxy> {
  const asked: string[] = []
  const authorizations: (string | undefined)[] = []
  const open = new Set<Socket>()
  const note = ({ method, url, headers }: IncomingMessage): void => {
    asked.push(`${method ?? ''} ${url ?? ''}`)
    authorizations.push(headers['proxy-authorization'])
  }
  const track = (socket: Socket): void => {
    open.add(socket)
    socket.on('error', () => undefined)
  }
  const server = createServer((incoming, outgoing) => {
    note(incoming)
    if (refuse !== undefined) {
      outgoing.writeHead(refuse, { 'content-type': 'text/html' }).end('<html>no</html>')
      return
    }
    const { pathname, search } = new URL(incoming.url ?? '')
    const { method, headers } = incoming
    const options = { host: '127.0.0.1', port, method, path: pathname + search, headers, agent: false }
    const onward = httpRequest(options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    note(incoming)
    track(socket)
    if (refuse !== undefined) {
      socket.end(
        `HTTP/1.1 ${refuse} No\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<html>no</html>`,
      )
      return
    }
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    track(onward)
    socket.once('close', () => onward.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(() => {
    for (const socket of open) socket.destroy()
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, asked, authorizations }
}
