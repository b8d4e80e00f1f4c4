/**
 * The input of `put`. Each descriptor has one owner: a descriptor that is opened here is closed here, after the upload.
 * stdin, and the descriptors that the command was started with, are left to the system.
 */
import { isatty, ReadStream } from 'node:tty'
import { closeQuietly, descriptorNamed, openForReading } from '../../../fs/open-input.js'
import type { ByteSource } from '../../../stages/byte-source.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'

/** The bytes to store. */
export interface PutInput {
  /** Gives the source, once. A command is started by this. */
  readonly open: () => ByteSource | Promise<ByteSource>
  /** The descriptor that is read; absent for a stream. */
  readonly fd?: number
  /** Closes what was opened, and ends the command. It does not fail: all bytes have been read by then. */
  close(): Promise<void> | void
}

/** The descriptor that FILE names: 0 for `-`; `undefined` if it is a path to open. */
export function descriptorOf(file: string): number | undefined {
  return file === '-' ? 0 : descriptorNamed(file)
}

/**
 * Opens the source of an upload.
 *
 * @throws {UsageError} stdin is a terminal, and no FILE is given
 * @throws {AbortError} `ABORT_ERR`: the command was stopped while it waited for a writer of the FIFO
 * @throws an error of the system, if the file cannot be opened
 */
export async function openInput(file: string | undefined, io: Io): Promise<PutInput> {
  const descriptor = file === undefined ? 0 : descriptorOf(file)
  if (descriptor === 0) return stdinOf(file, io)
  if (descriptor !== undefined) return borrowed(descriptor)
  const fd = await openForReading(String(file), io.signal)
  if (isatty(fd)) {
    const terminal = new ReadStream(fd) // a thread that reads a terminal could not be stopped
    return { open: () => terminal, close: () => void terminal.destroy() }
  }
  return { open: () => ({ fd }), fd, close: () => closeQuietly(fd) }
}

function stdinOf(file: string | undefined, io: Io): PutInput {
  if (io.stdinFd !== undefined) return borrowed(io.stdinFd)
  const { stdin } = io
  if (file === undefined && stdin.isTTY) {
    throw new UsageError(
      'stdin is a terminal. Give a FILE, pipe data into the command, or give - to type the data.',
    )
  }
  return { open: () => stdin, close: () => void stdin.destroy() }
}

/** A descriptor that the command was started with. */
function borrowed(fd: number): PutInput {
  return { open: () => ({ fd }), fd, close: () => undefined }
}
