/**
 * Time and chance, as the policies of this folder take them: a test gives its own.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { following } from '../streams/caller-signal.js'

/** Where time comes from. */
export interface Clock {
  /** Milliseconds since whenever. */
  now(): number
  /** Resolves after so many milliseconds; rejects when the signal fires. */
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>
  /** A number from 0 up, below 1. */
  random(): number
}

/** The system's own. */
export const systemClock: Clock = {
  now: () => performance.now(), // never set back, as the time of day may be
  sleep: (milliseconds, caller) => {
    const { signal, release } = following(caller)
    return delay(milliseconds, undefined, { signal }).finally(release)
  },
  random: Math.random,
}
