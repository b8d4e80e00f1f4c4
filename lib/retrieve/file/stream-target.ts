/**
 * Writes to a FIFO, a device, a socket or an open descriptor. As with stdout, only verified bytes are written, and no partial file
 * is kept.
 */
import { constants, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { OutputFileError } from '../../errors.js'
import { openFifo } from '../../fs/fifo.js'
import type { Readable, Writable } from '../../streams/node-streams.js'
import { pipeToClose } from '../../streams/pipe-to-close.js'
import type { WrittenThrough } from './output-target.js'

/** The meaning of the system's errors for a target. */
const PROBLEMS: Readonly<Partial<Record<string, string>>> = {
  EBADF: 'It is not open for writing. Open it, as with 3>FILE in a shell, or give the path of a file.',
  EPIPE: 'Its reader closed it before everything was written.',
}

/**
 * Opens the target, and writes all bytes of a reader to it.
 *
 * @param makeReader - makes the reader, once the target is open
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: the process that reads the target closed it before everything was written, or the
 *   target is a descriptor that is not open for writing
 * @throws the system's error if the target cannot be opened or written
 */
export async function writeThrough(
  target: WrittenThrough,
  makeReader: () => Readable,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sink = await openForWriting(target, signal)
  try {
    await pipeToClose(makeReader(), sink)
  } catch (error) {
    sink.destroy()
    const problem = PROBLEMS[String((error as NodeJS.ErrnoException).code)]
    throw problem === undefined ? error : new OutputFileError(target.path, problem, { cause: error })
  }
}

async function openForWriting(target: WrittenThrough, signal: AbortSignal | undefined): Promise<Writable> {
  if (target.kind === 'descriptor') return createWriteStream('', { fd: target.descriptor, autoClose: false }) // others use it as well
  const { path, isFifo, isSocket } = target
  if (isSocket) return createConnection(path)
  const fd = isFifo && signal ? await openFifo(path, 'writing', signal) : await open(path, constants.O_WRONLY)
  return createWriteStream('', { fd, autoClose: true })
}
