/**
 * Time and chance, as the policies of this folder take them: a test gives its own.
 */
import { setTimeout as delay } from 'node:timers/promises'

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
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal && { signal }),
  random: Math.random,
}
