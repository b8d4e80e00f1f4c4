/**
 * Sockets over descriptors that the caller owns.
 *
 * A socket of Node.js closes its descriptor, and there is no call that duplicates one. So a socket is not closed: it stops
 * reading and drops its reader. It neither keeps the process alive nor holds more than a small buffer. For standard input,
 * output and error, the handle of the system is closed, which leaves the descriptor open.
 */
import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net'
import { ReadStream } from 'node:tty'

/** The reader of a socket. */
export interface SocketReader {
  /** The memory for the next bytes. */
  buffer(): Uint8Array
  /** Counts bytes that were read; whether more may follow. */
  took(bytesRead: number, into: Uint8Array): boolean
  ended(): void
  failed(error: Error): void
}

/** Its types know `onread` of connections only. */
type SocketOptions = SocketConstructorOpts & { readonly onread: OnReadOpts }

/** Whether closing a socket leaves this descriptor open. */
export function isStdio(fd: number): boolean {
  return fd <= 2
}

/**
 * A socket that is paused, over a pipe or a socket.
 *
 * @throws {TypeError} `ERR_INVALID_FD_TYPE`: a kind of socket that gives no stream, such as a UDP socket
 */
export function openSocket(fd: number, reader: SocketReader): Socket {
  let to: SocketReader | undefined = reader
  const onread = optionsOf(() => to)
  if (isStdio(fd)) return listened(new Socket({ fd, writable: false, onread } as SocketOptions), reader)
  const letGo = (): void => {
    to = undefined
  }
  return listened(new LentSocket({ fd, writable: false, onread }, letGo), reader)
}

/** Opens a paused socket over a terminal, which the system opens again. */
export function openTerminal(fd: number, reader: SocketReader): Socket {
  return listened(new ReadStream(fd, { onread: optionsOf(() => reader) } as SocketOptions), reader)
}

class LentSocket extends Socket {
  readonly #letGo: () => void

  constructor(options: SocketOptions, letGo: () => void) {
    super(options)
    this.#letGo = letGo
  }

  override destroy(error?: Error): this {
    this.pause() // stops the system's reading
    return super.destroy(error)
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#letGo()
    callback(error)
  }
}

function optionsOf(reader: () => SocketReader | undefined): OnReadOpts {
  return {
    buffer: () => reader()?.buffer() ?? new Uint8Array(1),
    callback: (bytesRead, into) => reader()?.took(bytesRead, into) === true,
  }
}

function listened(socket: Socket, reader: SocketReader): Socket {
  socket.pause()
  socket.on('end', () => {
    reader.ended()
  })
  socket.on('error', (error) => {
    reader.failed(error)
  })
  return socket
}
