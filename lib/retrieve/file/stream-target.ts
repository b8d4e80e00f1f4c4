/**
 * Writes to a FIFO, a device or a socket. As with stdout, only verified bytes are written, and no partial file is kept.
 */
import { constants, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { OutputFileError } from '../../errors.js'
import { openFifo } from '../../fs/fifo.js'
import type { Readable, Writable } from '../../streams/node-streams.js'
import { pipeToClose } from '../../streams/pipe-to-close.js'
import type { OutputTarget } from './output-target.js'

/**
 * Opens the target, and writes all bytes of a reader to it.
 *
 * @param makeReader - makes the reader, once the target is open
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: the process that reads the target closed it before everything was written
 * @throws the system's error if the target cannot be opened or written
 */
export async function writeThrough(
  target: OutputTarget & { readonly kind: 'stream' },
  makeReader: () => Readable,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sink = target.isSocket ? createConnection(target.path) : await openForWriting(target, signal)
  try {
    await pipeToClose(makeReader(), sink)
  } catch (error) {
    sink.destroy()
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
    throw new OutputFileError(target.path, 'Its reader closed it before everything was written.', {
      cause: error,
    })
  }
}

async function openForWriting(
  { path, isFifo }: OutputTarget & { readonly kind: 'stream' },
  signal: AbortSignal | undefined,
): Promise<Writable> {
  const fd = isFifo && signal ? await openFifo(path, 'writing', signal) : await open(path, constants.O_WRONLY)
  return createWriteStream('', { fd, autoClose: true })
}
