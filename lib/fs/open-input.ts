/**
 * Opening what is to be read, whatever it is: a file, a FIFO, a device, or a descriptor that the process was started
 * with, under a name such as `/dev/stdin`. Whoever opens a descriptor closes it.
 */
import {
  closeSync,
  constants,
  fstatSync,
  close as closeDescriptor,
  open as openDescriptor,
  openSync,
  type PathLike,
} from 'node:fs'
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { AbortError } from '../errors.js'

const opened = promisify<PathLike, number, number>(openDescriptor)
const closed = promisify(closeDescriptor)

/** Attempts to end the wait of an open FIFO, and milliseconds between two. */
const WAKE_ATTEMPTS = 100
const WAKE_PAUSE_MS = 10

/**
 * The descriptor that a path names: 0 for `/dev/stdin`, N for `/dev/fd/N`, as `<(…)` gives them; `undefined` for any
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
 * @throws the system's error where the path cannot be opened
 */
export async function openForReading(path: PathLike, signal?: AbortSignal): Promise<number> {
  const isFifo = (await stat(path)).isFIFO()
  if (signal?.aborted) throw new AbortError({ cause: signal.reason })
  return isFifo && signal ? openFifo(path, signal) : opened(path, constants.O_RDONLY)
}

/**
 * Refuses the descriptor of a directory. One that is not open is left to whoever reads it.
 *
 * @param name - what it is called in the message
 * @throws an Error where it is a directory's
 */
export function assertReadable(descriptor: number, name: string): void {
  let isDirectory = false
  try {
    isDirectory = fstatSync(descriptor).isDirectory()
  } catch {
    // It is not open.
  }
  if (isDirectory) throw new Error(`${name} is a directory. Give a file, or pipe an archive of it in.`)
}

/** Closes a descriptor that was read. All its bytes have come by then, so that an error has no meaning. */
export async function closeQuietly(descriptor: number): Promise<void> {
  await closed(descriptor).catch(() => undefined)
}

/** Opening a FIFO takes a thread until somebody opens it for writing. Without one, the process could not end. */
function openFifo(path: PathLike, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    let isWaiting = true
    const stop = (): void => {
      reject(new AbortError({ cause: signal.reason }))
      void wake(path, () => isWaiting)
    }
    signal.addEventListener('abort', stop, { once: true })
    opened(path, constants.O_RDONLY)
      .then((descriptor) => {
        if (signal.aborted) return closeQuietly(descriptor)
        resolve(descriptor)
        return undefined
      }, reject)
      .finally(() => {
        isWaiting = false
        signal.removeEventListener('abort', stop)
      })
  })
}

/**
 * Opens a FIFO for writing, so that who waits for a writer goes on. That fails as long as nobody has begun to wait, and
 * is not left to a thread: all of them may be waiting.
 */
async function wake(path: PathLike, isWaiting: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < WAKE_ATTEMPTS && isWaiting(); attempt++) {
    try {
      closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK))
    } catch {
      // It is tried again, or the FIFO is gone.
    }
    await sleep(WAKE_PAUSE_MS, undefined, { ref: false })
  }
}
