/**
 * How much is done at once. A process may have only 256 open files, and a folder may have 1,000 vaults.
 */

/** A number of places: whoever finds none free waits in turn. */
export class Places {
  #free: number
  readonly #waiting: (() => void)[] = []

  /** @param count - how many run at once */
  constructor(count: number) {
    this.#free = count
  }

  /**
   * Runs something in a place of its own. What it runs must not ask for another place of the same object.
   *
   * @throws what `act` throws
   */
  async run<T>(act: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await act()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next() // the place changes hands
    }
  }
}

/**
 * What a function gives for each item, in the order of the items.
 *
 * @param atOnce - how many items are worked on at once
 * @throws what the function throws first; nothing new is begun then
 */
export async function mapBounded<T, R>(
  items: readonly T[],
  atOnce: number,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const rest = items.entries()
  const work = async (): Promise<void> => {
    try {
      for (const [index, item] of rest) results[index] = await map(item)
    } catch (error) {
      while (!rest.next().done); // for the other workers nothing is left
      throw error
    }
  }
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, work)
  const ends = await Promise.allSettled(workers)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return results
}
