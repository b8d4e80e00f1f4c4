/** Reads an input of any kind as a stream, which ends as soon as it is destroyed. */
import { createReadStream, fstat, type PathLike, type Stats } from 'node:fs'
import { Socket } from 'node:net'
import { isatty, ReadStream as TerminalStream } from 'node:tty'
import { promisify } from 'node:util'
import type { Readable } from '../streams/node-streams.js'
import { closeQuietly, openForReading } from './open-input.js'

const statOf = promisify<number, Stats>(fstat)

/**
 * Opens a path as a stream. A FIFO, a socket and a terminal are read on the event loop: a thread that reads one of them
 * waits until data arrives, and the process could not end before.
 *
 * @returns the stream, which closes the descriptor
 * @throws as {@link openForReading}; or the system's error if the input cannot be read, such as a directory
 */
export async function inputStream(path: PathLike, signal?: AbortSignal): Promise<Readable> {
  const fd = await openForReading(path, signal)
  try {
    return await streamOf(fd)
  } catch (error) {
    await closeQuietly(fd)
    throw error
  }
}

async function streamOf(fd: number): Promise<Readable> {
  if (isatty(fd)) return new TerminalStream(fd)
  const stats = await statOf(fd)
  if (stats.isFIFO() || stats.isSocket()) return new Socket({ fd, readable: true, writable: false })
  return createReadStream('', { fd, autoClose: true })
}
