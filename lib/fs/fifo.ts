/**
 * Opening a FIFO takes a thread until somebody opens its other end. Without anybody, the process could not end: the wait
 * ends with a signal.
 */
import {
  closeSync,
  constants,
  close as closeDescriptor,
  open as openDescriptor,
  openSync,
  type PathLike,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { onAbort } from '../streams/caller-signal.js'
import { AbortError } from '../errors.js'
import { isMissing } from './missing.js'

const opened = promisify<PathLike, number, number>(openDescriptor)
const closed = promisify(closeDescriptor)

/** Milliseconds between the first two attempts to end a wait, and the most between two. */
const FIRST_PAUSE_MS = 10
const MAX_PAUSE_MS = 1000

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants

/**
 * Opens a FIFO, and waits until somebody opens its other end or the signal fires.
 *
 * @returns a descriptor, which the caller closes
 * @throws {AbortError} `ABORT_ERR`: the signal fired
 * @throws the system's error where it cannot be opened
 */
export function openFifo(
  path: PathLike,
  purpose: 'reading' | 'writing',
  signal: AbortSignal,
): Promise<number> {
  const [own, other] = purpose === 'reading' ? [O_RDONLY, O_WRONLY] : [O_WRONLY, O_RDONLY]
  return new Promise((resolve, reject) => {
    let isWaiting = true
    const stop = (): void => {
      reject(new AbortError({ cause: signal.reason }))
      void wake(path, other, () => isWaiting)
    }
    if (signal.aborted) {
      reject(new AbortError({ cause: signal.reason }))
      return
    }
    const stopWaiting = onAbort(signal, stop)
    opened(path, own)
      .then((descriptor) => {
        if (signal.aborted) return closeQuietly(descriptor)
        resolve(descriptor)
        return undefined
      }, reject)
      .finally(() => {
        isWaiting = false
        stopWaiting()
      })
  })
}

/** Closes a descriptor that was read. All its bytes have come by then, so that an error has no meaning. */
export async function closeQuietly(descriptor: number): Promise<void> {
  await closed(descriptor).catch(() => undefined)
}

/**
 * Opens the other end of a FIFO, so that who waits for it goes on. That does nothing as long as nobody has begun to wait,
 * which may take long where all threads are busy. It is not left to a thread, since all of them may be waiting.
 */
async function wake(path: PathLike, end: number, isWaiting: () => boolean): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; isWaiting(); pauseMs = Math.min(pauseMs * 1.1, MAX_PAUSE_MS)) {
    try {
      closeSync(openSync(path, end | O_NONBLOCK))
    } catch (error) {
      if (isMissing(error)) return // nobody can open it any more
    }
    await sleep(pauseMs, undefined, { ref: false })
  }
}
