/**
 * Limits on work that runs at the same time. A process may have only 256 open files, and a folder may have 1,000 vaults.
 */

/** A limit on the number of actions that run at the same time. Actions over the limit wait in order. */
export class ConcurrencyLimit {
  #free: number
  readonly #waiting: (() => void)[] = []

  /** @param count - the number of actions that run at the same time */
  constructor(count: number) {
    this.#free = count
  }

  /**
   * Runs an action once fewer than the maximum are running. The action must not call `run` of the same object.
   *
   * @returns the result of the action
   * @throws the error of the action
   */
  async run<T>(action: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await action()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next() // it runs in place of this action
    }
  }
}

/**
 * Maps items with an asynchronous function, several at the same time.
 *
 * @param maxConcurrent - the number of items that are mapped at the same time
 * @returns the results, in the order of the items
 * @throws the first error of the function; no further item is started then
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  maxConcurrent: number,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const rest = items.entries()
  const work = async (): Promise<void> => {
    try {
      for (const [index, item] of rest) results[index] = await map(item)
    } catch (error) {
      while (!rest.next().done); // leaves nothing for the other workers
      throw error
    }
  }
  const workers = Array.from({ length: Math.min(maxConcurrent, items.length) }, work)
  const ends = await Promise.allSettled(workers)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return results
}
