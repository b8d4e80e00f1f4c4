/**
 * Opens FIFOs. That blocks a thread until a process opens the other end, and the thread keeps this process running. So the
 * wait can be ended by a signal.
 */
import {
  closeSync,
  constants,
  close as closeDescriptor,
  open as openDescriptor,
  openSync,
  type PathLike,
} from 'node:fs'
import { promisify } from 'node:util'
import { onAbort } from '../streams/caller-signal.js'
import { AbortError } from '../errors.js'
import { systemClock, type Clock } from '../runtime/clock.js'
import { isMissing } from './missing.js'

const opened = promisify<PathLike, number, number>(openDescriptor)
const closed = promisify(closeDescriptor)

/** The pause after the first attempt to end a wait; it grows up to the maximum. */
const FIRST_PAUSE_MS = 10
const MAX_PAUSE_MS = 1000

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants

/**
 * Opens a FIFO, and waits until a process opens its other end or the signal fires.
 *
 * @param clock - default the real one
 * @returns a descriptor, which the caller closes
 * @throws {AbortError} `ABORT_ERR`: the signal fired
 * @throws the system's error if it cannot be opened
 */
export function openFifo(
  path: PathLike,
  purpose: 'reading' | 'writing',
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<number> {
  const [own, other] = purpose === 'reading' ? [O_RDONLY, O_WRONLY] : [O_WRONLY, O_RDONLY]
  return new Promise((resolve, reject) => {
    let isWaiting = true
    const stop = (): void => {
      reject(new AbortError({ cause: signal.reason }))
      void wake(path, other, () => isWaiting, clock)
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

/** Closes a descriptor after it was read. All its bytes have arrived by then, so that an error means nothing. */
export async function closeQuietly(descriptor: number): Promise<void> {
  await closed(descriptor).catch(() => undefined)
}

/**
 * Opens the other end of a FIFO, so that the waiting thread continues. That has no effect until the thread has begun to
 * wait, which may take long if all threads are busy. It is done on the main thread, since all others may be waiting.
 */
async function wake(path: PathLike, end: number, isWaiting: () => boolean, clock: Clock): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; isWaiting(); pauseMs = Math.min(pauseMs * 1.1, MAX_PAUSE_MS)) {
    try {
      closeSync(openSync(path, end | O_NONBLOCK))
    } catch (error) {
      if (isMissing(error)) return // no process can open it any more
    }
    await clock.sleep(pauseMs, undefined, { keepsAlive: false })
  }
}
