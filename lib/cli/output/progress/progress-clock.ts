/** The clock and the timers of a display. A test replaces them, so that it waits for nothing. */

/** The clock and the timers of a display. */
export interface ProgressClock {
  /** Milliseconds of a monotonic clock. */
  now(): number
  /** The time of day, milliseconds since 1970. */
  wallNow(): number
  /**
   * Calls a function at intervals. The timer does not keep the process running.
   *
   * @returns stops the calls
   */
  every(intervalMs: number, run: () => void): () => void
  /** Calls a function once, when the current events have been handled. */
  soon(run: () => void): void
}

/** The clock and the timers of the system. */
export const systemProgressClock: ProgressClock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  every: (intervalMs, run) => {
    const timer = setInterval(run, intervalMs).unref()
    return () => {
      clearInterval(timer)
    }
  },
  soon: (run) => {
    setImmediate(run)
  },
}
