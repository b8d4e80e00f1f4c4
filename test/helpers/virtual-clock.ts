import type { Clock } from '../../lib/runtime/clock.js'
import { settled } from './gate.js'

/** Milliseconds from which a sleeper does not wake by itself: such a one waits for silence, and time must be let pass. */
const LONG_MS = 3_600_000

interface Sleeper {
  readonly at: number
  /** Whether it asked for an hour or more. */
  readonly isLong: boolean
  readonly wake: () => void
}

/**
 * A clock whose time passes only where somebody sleeps: at once, to the first who wakes. Chance is a number that can
 * be set: 1 makes every pause as long as it may be.
 *
 * Who sleeps for an hour or more does not make time pass. Such sleepers wake by `wake()` or `advance()`, or when the
 * others' pauses have taken time past their moment.
 */
export class VirtualClock implements Clock {
  time = 0
  chance = 0.999
  /** The pauses that were asked for, in order. */
  readonly pauses: number[] = []
  /** Whether sleepers wake by themselves; else `wake()` wakes the first. */
  readonly #runs: boolean
  #sleepers: Sleeper[] = []

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
      const sleeper: Sleeper = {
        at: this.time + milliseconds,
        isLong: milliseconds >= LONG_MS,
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
      if (this.#runs && !sleeper.isLong)
        setImmediate(() => {
          this.#passTo(this.#sorted().find(({ isLong }) => !isLong))
        })
    })
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.length
  }

  /** Lets time pass until the first sleeper wakes, with all others of the same moment. */
  wake(): void {
    this.#passTo(this.#sorted()[0])
  }

  /** Lets so much time pass; who wakes on the way has done what it does next before more time passes. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds
    for (let [first] = this.#sorted(); first && first.at <= end; [first] = this.#sorted()) {
      this.#passTo(first)
      await settled()
    }
    this.time = Math.max(this.time, end)
  }

  #passTo(sleeper: Sleeper | undefined): void {
    if (!sleeper) return
    this.time = Math.max(this.time, sleeper.at)
    const due = this.#sorted().filter(({ at }) => at <= this.time)
    this.#sleepers = this.#sleepers.filter((other) => !due.includes(other))
    for (const { wake } of due) wake()
  }

  #sorted(): Sleeper[] {
    return [...this.#sleepers].sort((a, b) => a.at - b.at)
  }
}
