import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Test } from 'tap'
import type { LocalVault } from '../../lib/local/index.js'

/** A connection on which bytes are written as they are; cut when the test is over. */
export interface RawConnection {
  readonly socket: Socket
  /** The text that has arrived so far. */
  text(): string
  /** Waits until the server has closed the connection; everything that came. */
  closed(): Promise<string>
  /** Waits until a text has come. */
  until(pattern: RegExp): Promise<string>
}

/** Connects to a local vault, and writes. */
export function rawConnection(
  test: Test,
  { endpoint }: Pick<LocalVault, 'endpoint'>,
  ...lines: readonly string[]
): RawConnection {
  const socket = connect({ port: Number(new URL(endpoint).port), host: '127.0.0.1' })
  test.teardown(() => socket.destroy())
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) =>
    socket.once('close', () => {
      resolve()
    }),
  )
  if (lines.length > 0) socket.write(lines.join('\r\n'), 'latin1')
  return {
    socket,
    text: () => text,
    closed: () => closed.then(() => text),
    async until(pattern) {
      while (!pattern.test(text)) await once(socket, 'data')
      return text
    },
  }
}
