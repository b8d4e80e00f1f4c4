/**
 * Opens an input of any kind: a file, a FIFO, a device, or a descriptor that the process was started with, under a name
 * such as `/dev/stdin`. The caller that opens a descriptor closes it.
 */
import { constants, fstatSync, open as openDescriptor, type PathLike } from 'node:fs'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { AbortError } from '../errors.js'
import { openFifo } from './fifo.js'

export { closeQuietly } from './fifo.js'

const opened = promisify<PathLike, number, number>(openDescriptor)

/**
 * The descriptor that a path names: 0 for `/dev/stdin`, N for `/dev/fd/N`, as `<(…)` makes them; `undefined` for any
 * other path. Such a descriptor is read as it is: a socket cannot be opened a second time by its path.
 */
export function descriptorNamed(path: string): number | undefined {
  if (path === '/dev/stdin') return 0
  const [, digits] = /^\/dev\/fd\/(\d{1,6})$/.exec(path) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/**
 * Opens a path for reading. The wait for the writer of a FIFO ends when the signal fires.
 *
 * @returns a descriptor, which the caller closes with {@link closeQuietly}
 * @throws {AbortError} `ABORT_ERR`: the signal fired
 * @throws the system's error if the path cannot be opened
 */
export async function openForReading(path: PathLike, signal?: AbortSignal): Promise<number> {
  const isFifo = (await stat(path)).isFIFO()
  if (signal?.aborted) throw new AbortError({ cause: signal.reason })
  return isFifo && signal ? openFifo(path, 'reading', signal) : opened(path, constants.O_RDONLY)
}

/**
 * Checks that a descriptor is not that of a directory. A descriptor that is not open is left to its reader.
 *
 * @param name - its name in the message
 * @throws an Error if it is that of a directory, or is not open
 */
export function assertReadable(descriptor: number, name: string): void {
  if (isDirectoryAt(descriptor, name))
    throw new Error(`${name} is a directory. Give a file, or pipe an archive of the directory in.`)
}

function isDirectoryAt(descriptor: number, name: string): boolean {
  try {
    return fstatSync(descriptor).isDirectory()
  } catch (cause) {
    throw new Error(`${name} is not an open descriptor of this process. Give a file, or pipe data in.`, {
      cause,
    })
  }
}
