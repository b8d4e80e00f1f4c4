/**
 * Parts read straight from a file descriptor into their memory: what `source.pipe(rechunk(size))` gives, without a
 * buffer of its own for each 64 KiB and without a copy.
 *
 * - A part's memory is taken when it is asked for, so one part is held here at a time, being filled or waiting.
 * - Of pipes and sockets the system tells when there is something, and it is read on the event loop. When reading is
 *   paused, the next bytes may still come before there is a part for them: they go into a small buffer, and are copied.
 * - Anything else, as a file or a disk, is read by Node's own threads, so that a slow one holds up nothing.
 */
import { fstat, read, type Stats } from 'node:fs'
import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net'
import { promisify } from 'node:util'
import { Readable } from '../stream.js'
import type { PartMemory } from './part-memory.js'

/** Bytes read at once at the most: what may be waited for when reading is ended. */
const READ_SIZE = 1_048_576
/** What a pipe holds, and so gives at once. */
const SPARE_SIZE = 65_536

/** A `net.Socket` of Bun's never reads a descriptor it is given, and reports no error; there `fs.read` reads pipes, too. */
const canListen = !('bun' in process.versions)

/** Memory to read into; a {@link PartMemory} is one. */
export type PieceMemory = Pick<PartMemory, 'size' | 'take'>

const statOf = promisify<number, Stats>(fstat)
const readInto = promisify(
  (
    fd: number,
    into: Uint8Array,
    callback: (error: NodeJS.ErrnoException | null, bytesRead: number) => void,
  ) => {
    read(fd, into, 0, into.length, null, callback)
  },
)

/**
 * A Readable of parts, in object mode, from a file descriptor: a file's from its position on. A pipe or a socket is
 * closed at the end; anything else is the caller's to close, after `close`.
 *
 * @param memory - what parts are read into; its size is theirs
 *
 * @example
 * ```ts
 * const writer = archiveWriter(client, { vaultName: 'backups' })
 * await pipeline(readParts(0, writer.partMemory), hashParts(), writer)
 * ```
 */
export function readParts(fd: number, memory: PieceMemory): Readable {
  return new PartReader(fd, memory)
}

class PartReader extends Readable {
  readonly #fd: number
  readonly #memory: PieceMemory
  readonly #spare = Buffer.allocUnsafeSlow(SPARE_SIZE)
  #part: Buffer | undefined
  #filled = 0
  #socket: Socket | undefined
  /** Whether a part was asked for since the last one was pushed. */
  #asked = false
  /** The read under way; never rejects. */
  #reading: Promise<void> = Promise.resolve()

  constructor(fd: number, memory: PieceMemory) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#fd = fd
    this.#memory = memory
  }

  override _construct(callback: (error?: Error | null) => void): void {
    statOf(this.#fd).then((stats) => {
      if (canListen && (stats.isFIFO() || stats.isSocket())) this.#socket = this.#listen()
      callback()
    }, callback)
  }

  override _read(): void {
    this.#asked = true
    if (this.#socket) this.#socket.resume()
    else
      this.#reading = this.#fill().catch((error: unknown) => {
        this.destroy(error as Error)
      })
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#socket?.destroy()
    void this.#reading.then(() => {
      callback(error)
    })
  }

  /** Reads one part. */
  async #fill(): Promise<void> {
    for (let isFull = false; !isFull && !this.destroyed;) {
      const bytesRead = await readInto(this.#fd, this.#room())
      if (bytesRead === 0) {
        this.#end()
        return
      }
      isFull = this.#took(bytesRead)
    }
  }

  #listen(): Socket {
    // While nothing is asked for there is no part, and none is begun.
    const buffer = (): Uint8Array =>
      this.#part && this.#filled < this.#memory.size ? this.#room() : this.#spare
    const callback = (bytesRead: number, into: Uint8Array): boolean => {
      const isFull = into === this.#spare ? this.#takeSpare(bytesRead) : this.#took(bytesRead)
      return !isFull || this.#asked
    }
    const onread: OnReadOpts = { buffer, callback }
    // Its types know `onread` of connections only.
    const options: SocketConstructorOpts & { readonly onread: OnReadOpts } = {
      fd: this.#fd,
      writable: false,
      onread,
    }
    const socket = new Socket(options)
    socket.pause()
    socket.on('end', () => {
      this.#end()
    })
    socket.on('error', (error) => {
      this.destroy(error)
    })
    return socket
  }

  /** Moves what came into the small buffer to where it belongs; whether a part was handed on. */
  #takeSpare(size: number): boolean {
    let isFull = false
    for (let at = 0; at < size;) {
      const copied = this.#spare.copy(this.#room(), 0, at, size)
      at += copied
      isFull = this.#took(copied) || isFull
    }
    return isFull
  }

  /** Where the next bytes go. */
  #room(): Uint8Array {
    this.#part ??= this.#memory.take()
    return this.#part.subarray(this.#filled, this.#filled + READ_SIZE)
  }

  /** Takes note of bytes; whether the part is full, and was handed on. */
  #took(size: number): boolean {
    const part = this.#part as Buffer // they were read into it
    this.#filled += size
    if (this.#filled < part.length) return false
    this.#part = undefined
    this.#filled = 0
    this.#asked = false
    this.push(part)
    return true
  }

  #end(): void {
    if (this.#part && this.#filled > 0) this.push(this.#part.subarray(0, this.#filled))
    this.push(null)
  }
}
