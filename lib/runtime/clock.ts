/** The passing of time, and the randomness of pauses. A test replaces them, so that it waits for nothing. */
import { setTimeout as delay } from 'node:timers/promises'
import { asAbortError } from '../streams/abort-error.js'
import { following } from '../streams/caller-signal.js'

/** How a {@link Clock} sleeps. */
export interface SleepOptions {
  /** `false`: the sleep does not keep the process running; default `true`. */
  readonly keepsAlive?: boolean | undefined
}

/** The clock by which a program measures durations and sleeps. It knows no time of day. */
export interface Clock {
  /** Milliseconds from an arbitrary origin. It never goes back, as the time of day may. */
  now(): number
  /** Resolves after so many milliseconds; rejects when the signal fires, the system's clock with an `AbortError`. */
  sleep(milliseconds: number, signal: AbortSignal | undefined, options?: SleepOptions): Promise<void>
  /** A random number from 0 up to, not including, 1. */
  random(): number
}

/** The clock and the random numbers of the system. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, caller, { keepsAlive = true } = {}) => {
    const { signal, release } = following(caller)
    const slept = delay(milliseconds, undefined, { signal, ref: keepsAlive }).catch((error: unknown) => {
      throw asAbortError(error, caller)
    })
    return slept.finally(release)
  },
  random: () => Math.random(),
}

/** The time of day. It may be set back, and is for records and for comparisons with the service. */
export interface WallClock {
  /** Whole milliseconds since 1970. */
  now(): number
}

/** The time of day by the clock of this machine. */
export const systemWallClock: WallClock = { now: () => Date.now() }
