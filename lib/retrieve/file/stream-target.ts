/**
 * Writes into what is no regular file: a FIFO, a device, a socket. As for stdout, only verified bytes are written, and
 * nothing is kept beside it.
 */
import { constants, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { OutputFileError } from '../../errors.js'
import { openFifo } from '../../fs/fifo.js'
import { pipeline, type Readable, type Writable } from '../../streams/node-streams.js'
import type { OutputTarget } from './output-target.js'

/**
 * Opens the target, and writes all of a reader into it.
 *
 * @param read - gives the reader, once the target is open
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: whoever reads the target closed it before everything was written
 * @throws the system's error where the target cannot be opened or written
 */
export async function writeThrough(
  target: OutputTarget & { readonly kind: 'stream' },
  read: () => Readable,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sink = target.isSocket ? createConnection(target.path) : await openedForWriting(target, signal)
  try {
    await pipeline(read(), sink)
  } catch (error) {
    sink.destroy()
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
    throw new OutputFileError(target.path, 'Its reader closed it before everything was written.', {
      cause: error,
    })
  }
}

async function openedForWriting(
  { path, isFifo }: OutputTarget & { readonly kind: 'stream' },
  signal: AbortSignal | undefined,
): Promise<Writable> {
  const fd = isFifo && signal ? await openFifo(path, 'writing', signal) : await open(path, constants.O_WRONLY)
  return createWriteStream('', { fd, autoClose: true })
}
