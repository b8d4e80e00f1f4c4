/**
 * Parts read straight from a file descriptor into their memory: the same parts as those of `source.pipe(rechunk(size))`,
 * without a buffer for each 64 KiB and without a copy.
 *
 * - The memory of a part is taken when the part is requested, so one part is held here at a time, being filled or waiting.
 * - For pipes and sockets, the system reports when there are bytes, and they are read on the event loop. When reading is
 *   paused, the next bytes may still arrive before there is a part for them: they go into a small buffer, and are copied.
 * - Anything else, as a file or a disk, is read by Node's own threads, so that a slow one does not block the event loop.
 */
import { fstat, read, type Stats } from 'node:fs'
import type { Socket } from 'node:net'
import { isatty } from 'node:tty'
import { promisify } from 'node:util'
import { wholeNumber } from '../options/rules.js'
import { isObject, shown } from '../options/check-options.js'
import { Readable } from '../streams/node-streams.js'
import { isStdio, openSocket, openTerminal } from './descriptor-socket.js'
import { PIECE_MEMORY, type PartMemory } from '../transfer/part-memory.js'

/** Maximum number of bytes read at once: the end of reading waits for one read. */
const READ_SIZE = 1_048_576
/** The capacity of a pipe, and so the maximum that it gives at once. */
const SPARE_SIZE = 65_536

/** A `net.Socket` of Bun never reads the descriptor that it is given, and reports no error: there, `fs.read` reads pipes. */
const canListen = !('bun' in process.versions)

/** Memory to read into; a {@link PartMemory} is one. */
export type PieceMemory = Pick<PartMemory, 'size' | 'take'>

const DESCRIPTOR = wholeNumber(0, 2 ** 31 - 1)
/**
 * A file descriptor, or a FileHandle, which has one. A file is read from its position on. The descriptor stays open: it is
 * the caller's to close, once nothing reads it any more. A pipe or a socket is left in non-blocking mode.
 */
export interface FileDescriptor {
  /** The file descriptor. */
  readonly fd: number
  /** A FileHandle reads by itself, so that one that is closed meanwhile does not read another file of the same number. */
  readonly read?: (
    into: Uint8Array,
    offset: number,
    length: number,
    position: null,
  ) => Promise<{
    /** Number of bytes that were read. */
    readonly bytesRead: number
  }>
}

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
 * A Readable of parts, in object mode, from a file descriptor: a file's from its position on. The descriptor is the
 * caller's to close, after `close`.
 *
 * @param source - a descriptor, or a FileHandle
 * @param memory - the memory that parts are read into; its size is the part size
 * @throws {TypeError} no descriptor, or no memory
 * @throws {RangeError} a number that is no descriptor
 *
 * @example
 * ```ts
 * const writer = archiveWriter({ client, vaultName: 'backups' })
 * await pipeline(readParts(0, writer.partMemory), hashParts(), writer)
 * ```
 */
export function readParts(source: number | FileDescriptor, memory: PieceMemory): Readable {
  const descriptor = isObject(source) ? source : { fd: source }
  assertDescriptor(descriptor, 'readParts')
  PIECE_MEMORY(memory, 'memory', 'readParts')
  return new PartReader(descriptor, memory)
}

/**
 * Checks the number of a descriptor.
 *
 * @throws {TypeError} no number, or a FileHandle that is closed
 * @throws {RangeError} a number that is no descriptor
 */
export function assertDescriptor({ fd, read: ownRead }: FileDescriptor, caller: string): void {
  if (fd === -1 && typeof ownRead === 'function')
    throw new TypeError('The source is a FileHandle that is closed.')
  DESCRIPTOR(fd, 'fd', caller)
}

class PartReader extends Readable {
  /** Kept while it is read: a FileHandle that is collected is closed. */
  readonly #descriptor: FileDescriptor
  readonly #memory: PieceMemory
  readonly #spare = Buffer.allocUnsafeSlow(SPARE_SIZE)
  #part: Buffer | undefined
  #filled = 0
  #socket: Socket | undefined
  /** Whether a part was requested since the last one was pushed. */
  #isRequested = false
  /** The read in progress; never rejects. */
  #reading: Promise<void> = Promise.resolve()

  constructor(descriptor: FileDescriptor, memory: PieceMemory) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#descriptor = descriptor
    this.#memory = memory
  }

  override _construct(callback: (error?: Error | null) => void): void {
    this.#open().then(() => {
      callback()
    }, callback)
  }

  override _read(): void {
    this.#isRequested = true
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

  async #open(): Promise<void> {
    const { fd } = this.#descriptor
    if (fd === -1) throw Object.assign(new Error('The FileHandle is closed.'), { code: 'EBADF' })
    const stats = await statOf(fd)
    const isTerminal = isatty(fd)
    if (canListen && (isTerminal || stats.isFIFO() || stats.isSocket())) this.#listen(fd, isTerminal)
  }

  /** Reads one part. */
  async #fill(): Promise<void> {
    for (let isFull = false; !isFull && !this.destroyed;) {
      const bytesRead = await this.#readInto(this.#room())
      if (bytesRead === 0) {
        this.#end()
        return
      }
      isFull = this.#took(bytesRead)
    }
  }

  /** @throws {TypeError} `ERR_INVALID_FD_TYPE`: a kind of socket that gives no stream, such as a UDP socket */
  #listen(fd: number, isTerminal: boolean): void {
    const open = isTerminal ? openTerminal : openSocket
    // Without a request there is no part, and none is begun. The socket, which outlives this reader, holds no part.
    const isDirect = isTerminal || isStdio(fd)
    const buffer = (): Uint8Array => {
      const left = this.#memory.size - this.#filled
      return this.#part && isDirect ? this.#room() : this.#spare.subarray(0, Math.max(left, 1))
    }
    this.#socket = open(fd, {
      buffer,
      took: (bytesRead, into) => {
        const isSpare = into.buffer === this.#spare.buffer
        const isFull = isSpare ? this.#takeSpare(bytesRead) : this.#took(bytesRead)
        return !isFull || this.#isRequested
      },
      ended: () => {
        this.#end()
      },
      failed: (error) => {
        this.destroy(error)
      },
    })
  }

  async #readInto(room: Uint8Array): Promise<number> {
    const { fd, read: ownRead } = this.#descriptor
    if (typeof ownRead !== 'function') return readInto(fd, room)
    const { bytesRead } = await ownRead.call(this.#descriptor, room, 0, room.length, null)
    if (Number.isInteger(bytesRead) && bytesRead >= 0 && bytesRead <= room.length) return bytesRead
    throw new TypeError(
      `read() of the source must give bytesRead from 0 to ${room.length}, not ${shown(bytesRead)}.`,
    )
  }

  /** Moves the bytes of the small buffer into parts; whether a part was pushed. */
  #takeSpare(size: number): boolean {
    let isFull = false
    for (let at = 0; at < size;) {
      const copied = this.#spare.copy(this.#room(), 0, at, size)
      at += copied
      isFull = this.#took(copied) || isFull
    }
    return isFull
  }

  /** The memory for the next bytes. */
  #room(): Uint8Array {
    this.#part ??= this.#memory.take()
    return this.#part.subarray(this.#filled, this.#filled + READ_SIZE)
  }

  /** Counts bytes that were read; whether the part is full, and was pushed. */
  #took(size: number): boolean {
    const part = this.#part as Buffer // they were read into it
    this.#filled += size
    if (this.#filled < part.length) return false
    this.#part = undefined
    this.#filled = 0
    this.#isRequested = false
    this.push(part)
    return true
  }

  #end(): void {
    if (this.#part && this.#filled > 0) this.push(this.#part.subarray(0, this.#filled))
    this.push(null)
  }
}
