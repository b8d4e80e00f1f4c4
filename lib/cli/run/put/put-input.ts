/**
 * What `put` reads. One owner for each descriptor: what is opened here is closed here, once the upload has ended; stdin
 * and the descriptors the command was started with are left to the system.
 */
import { isatty, ReadStream } from 'node:tty'
import { closeQuietly, descriptorNamed, openForReading } from '../../../fs/open-input.js'
import type { ByteSource } from '../../../stages/byte-source.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'

/** The bytes to store. */
export interface PutInput {
  readonly source: ByteSource
  /** The descriptor that is read; `undefined` where it is a stream. */
  readonly fd?: number
  /** Closes what was opened. It does not fail: all bytes have come by then. */
  close(): Promise<void> | void
}

/** The descriptor that FILE stands for: 0 for `-`; `undefined` where it is a path to be opened. */
export function descriptorOf(file: string): number | undefined {
  return file === '-' ? 0 : descriptorNamed(file)
}

/**
 * Opens what is to be stored.
 *
 * @throws {UsageError} nothing is piped in
 * @throws {AbortError} `ABORT_ERR`: the command was stopped while it waited for the writer of a FIFO
 * @throws the system's error where the file cannot be opened
 */
export async function openInput(file: string | undefined, io: Io): Promise<PutInput> {
  const descriptor = file === undefined ? 0 : descriptorOf(file)
  if (descriptor === 0) return stdinOf(file, io)
  if (descriptor !== undefined) return borrowed(descriptor)
  const fd = await openForReading(String(file), io.signal)
  if (isatty(fd)) {
    const terminal = new ReadStream(fd) // a thread that reads a terminal could not be stopped
    return { source: terminal, close: () => void terminal.destroy() }
  }
  return { source: { fd }, fd, close: () => closeQuietly(fd) }
}

function stdinOf(file: string | undefined, io: Io): PutInput {
  if (io.stdinFd !== undefined) return borrowed(io.stdinFd)
  const { stdin } = io
  if (file === undefined && stdin.isTTY) {
    throw new UsageError(
      'Nothing is piped in: give a FILE, pipe something into the command, or give - to type.',
    )
  }
  return { source: stdin, close: () => void stdin.destroy() }
}

/** A descriptor that the command was started with. */
function borrowed(fd: number): PutInput {
  return { source: { fd }, fd, close: () => undefined }
}
