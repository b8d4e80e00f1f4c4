/**
 * Time and chance, as the policies of this folder take them: a test gives its own.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { asAbortError } from '../streams/abort-error.js'
import { following } from '../streams/caller-signal.js'

/** Where time comes from. */
export interface Clock {
  /** Milliseconds from an arbitrary origin. */
  now(): number
  /** Resolves after so many milliseconds; rejects when the signal fires, the system's clock with an `AbortError`. */
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>
  /** A number from 0 up, below 1. */
  random(): number
}

/** The system's own. */
export const systemClock: Clock = {
  now: () => performance.now(), // never set back, as the time of day may be
  sleep: (milliseconds, caller) => {
    const { signal, release } = following(caller)
    const slept = delay(milliseconds, undefined, { signal }).catch((error: unknown) => {
      throw asAbortError(error, caller)
    })
    return slept.finally(release)
  },
  random: Math.random,
}
