/**
 * The time of a run, and all that is going to happen in it. Time passes only from one event to the next: between two
 * events, everything that the last one caused has been done.
 */

interface Event {
  readonly timeMs: number
  /** Events of the same time happen in the order in which they were scheduled. */
  readonly order: number
  /** `undefined` if the event was cancelled. */
  action: (() => void) | undefined
}

/** The time at which every run begins: milliseconds since 1970. */
export const START_MS: number = Date.UTC(2026, 0, 1)

/** The events of one run. */
export class Scheduler {
  readonly #heap: Event[] = []
  #order = 0
  #nowMs = START_MS

  /** The time by a true clock: milliseconds since 1970. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** Schedules an action. Returns a function that cancels it. */
  after(delayMs: number, action: () => void): () => void {
    const event: Event = { timeMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, action }
    this.#push(event)
    return () => {
      event.action = undefined
    }
  }

  /** Lets time pass to the next event and does its action. Returns `false` if no event is left. */
  step(): boolean {
    for (let event = this.#pop(); event; event = this.#pop()) {
      if (!event.action) continue
      this.#nowMs = event.timeMs
      event.action()
      return true
    }
    return false
  }

  #push(event: Event): void {
    const heap = this.#heap
    let at = heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      const other = heap[parent] as Event
      if (!isBefore(event, other)) break
      heap[at] = other
      at = parent
    }
    heap[at] = event
  }

  #pop(): Event | undefined {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (!first || !last || first === last) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right && isBefore(right, heap[child] as Event)) child++
      const other = heap[child] as Event
      if (!isBefore(other, last)) break
      heap[at] = other
      at = child
    }
    heap[at] = last
    return first
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order)
}

/** Resolves when everything that was caused so far has been done: promises, ticks and immediates. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
