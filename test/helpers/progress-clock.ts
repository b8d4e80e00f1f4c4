import type { ProgressClock } from '../../lib/cli/output/progress/progress-clock.js'

interface Timer {
  readonly intervalMs: number
  readonly run: () => void
  nextMs: number
}

/** The clock of a display whose time passes by `advance()`. */
export class VirtualProgressClock implements ProgressClock {
  time = 0
  /** The time of day when `time` is 0. */
  wallStart = Date.UTC(2026, 0, 1)
  readonly #timers = new Set<Timer>()
  #soon: (() => void)[] = []

  now(): number {
    return this.time
  }

  wallNow(): number {
    return this.wallStart + this.time
  }

  every(intervalMs: number, run: () => void): () => void {
    const timer = { intervalMs, run, nextMs: this.time + intervalMs }
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  soon(run: () => void): void {
    this.#soon.push(run)
  }

  /** The number of timers that are not stopped. */
  get timers(): number {
    return this.#timers.size
  }

  /** Calls the functions that are to be called soon. */
  settle(): void {
    for (const run of this.#soon.splice(0)) run()
  }

  /** Lets so much time pass. */
  advance(milliseconds: number): void {
    this.settle()
    const end = this.time + milliseconds
    for (;;) {
      const [timer] = [...this.#timers].sort((a, b) => a.nextMs - b.nextMs)
      if (!timer || timer.nextMs > end) break
      this.time = timer.nextMs
      timer.nextMs += timer.intervalMs
      timer.run()
    }
    this.time = end
  }
}
