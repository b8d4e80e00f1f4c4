import type { Clock } from '../../lib/vault/clock.js'

/**
 * A clock whose time passes only where somebody sleeps: at once, to the first who wakes. Chance is a number that can
 * be set: 1 makes every pause as long as it may be.
 */
export class VirtualClock implements Clock {
  time = 0
  chance = 0.999
  /** The pauses that were asked for, in order. */
  readonly pauses: number[] = []
  /** Whether sleepers wake by themselves; else `wake()` wakes the first. */
  readonly #runs: boolean
  #sleepers: { readonly at: number; readonly wake: () => void }[] = []

  constructor(runs = true) {
    this.#runs = runs
  }

  now(): number {
    return this.time
  }

  random(): number {
    return this.chance
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.pauses.push(milliseconds)
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        reject(new Error('woken by the signal'))
      }
      const sleeper = {
        at: this.time + milliseconds,
        wake: () => {
          signal?.removeEventListener('abort', leave)
          resolve()
        },
      }
      if (signal?.aborted) {
        leave()
        return
      }
      signal?.addEventListener('abort', leave, { once: true })
      this.#sleepers.push(sleeper)
      if (this.#runs)
        setImmediate(() => {
          this.wake()
        })
    })
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.length
  }

  /** Lets time pass until the first sleeper wakes. */
  wake(): void {
    const [first] = this.#sleepers.sort((a, b) => a.at - b.at)
    if (!first) return
    this.#sleepers.shift()
    this.time = Math.max(this.time, first.at)
    first.wake()
  }
}
