/**
 * Runs seeds in several threads. Each thread gets a chunk of seeds at a time. If a thread is lost, a run of its chunk has
 * not returned to the event loop or has used up the memory: the seeds of the chunk run one by one, to find it.
 */
import type { Network } from '../world/world.js'
import type { Explanation } from './explain.js'
import type { SeedRange } from './run-seeds.js'
import { ThreadLostError, type SeedThread } from './seed-thread.js'
import { addTotals, noTotals, type Totals } from './totals.js'

/** Starts a thread. */
export type StartThread = () => SeedThread

/** Which seeds run, and where. */
export interface PoolOptions {
  readonly startThread: StartThread
  readonly from: number
  readonly seeds: number
  readonly network: Network
  readonly threads: number
  /** The number of failures after which no other chunk is started. */
  readonly maxFailures: number
  /** Returns `false` when no other chunk is to be started, such as at the end of the time. */
  readonly continues?: ((totals: Totals) => boolean) | undefined
  /** The seeds of a chunk; default 256. */
  readonly chunk?: number | undefined
  /** The time that a thread has for a chunk; default 5 minutes. */
  readonly limitMs?: number | undefined
}

/**
 * How many runs of a chunk take place at the same time. What more of them hold outlives the collections of new objects, and
 * leaves the caches of the processor: each run takes longer.
 */
const AT_ONCE = 4

/** Runs seeds. */
export async function runPool(options: PoolOptions): Promise<Totals> {
  const { from, seeds, network, threads, maxFailures, continues = () => true } = options
  const { startThread, chunk = 256, limitMs = 300_000 } = options
  const totals = noTotals()
  let next = from
  const isWanted = (): boolean =>
    next < from + seeds && totals.failed.length < maxFailures && continues(totals)
  const worker = async (): Promise<void> => {
    const slot = new ThreadSlot(startThread)
    try {
      while (isWanted()) {
        const first = next
        next += Math.min(chunk, from + seeds - first)
        await runChunk(slot, first, next - first)
      }
    } finally {
      await slot.end()
    }
  }
  await Promise.all(Array.from({ length: Math.min(threads, Math.ceil(seeds / chunk)) }, worker))
  totals.failed.sort((a, b) => a.seed - b.seed)
  return totals

  async function runChunk(slot: ThreadSlot, first: number, count: number): Promise<void> {
    const done = await slot.run({ from: first, count, network, atOnce: AT_ONCE }, limitMs)
    if (done) {
      addTotals(totals, done)
      return
    }
    for (let seed = first; seed < first + count && totals.failed.length < maxFailures; seed++)
      addTotals(totals, await runAlone(slot, seed, network, limitMs))
  }
}

/** Explains a failed seed in a thread; `undefined` if the seed does not fail again, or its runs do not end. */
export async function explainInThread(
  startThread: StartThread,
  seed: number,
  network: Network,
  limitMs = 300_000,
): Promise<Explanation | undefined> {
  const thread = startThread()
  try {
    return (await thread.carryOut({ what: 'explain', seed, network }, limitMs)) as Explanation | undefined
  } catch (error) {
    if (error instanceof ThreadLostError) return undefined
    throw error
  } finally {
    await thread.end()
  }
}

async function runAlone(slot: ThreadSlot, seed: number, network: Network, limitMs: number): Promise<Totals> {
  const done = await slot.run({ from: seed, count: 1, network, atOnce: 1 }, Math.min(limitMs, 60_000))
  const failure = { invariant: 'returns', message: `The thread of the run is lost: ${slot.lost}.` }
  return done ?? { ...noTotals(), seeds: 1, failed: [{ seed, failure }] }
}

/** A thread, and the one that replaces it when it is lost. */
class ThreadSlot {
  readonly #start: StartThread
  #thread: SeedThread | undefined
  /** Why the last thread was lost. */
  lost = ''

  constructor(start: StartThread) {
    this.#start = start
  }

  /** Runs seeds; `undefined` if the thread is lost. */
  async run(range: SeedRange, limitMs: number): Promise<Totals | undefined> {
    this.#thread ??= this.#start()
    try {
      return (await this.#thread.carryOut({ what: 'run', ...range }, limitMs)) as Totals
    } catch (error) {
      if (!(error instanceof ThreadLostError)) throw error
      this.lost = error.message
      this.#thread = undefined
      return undefined
    }
  }

  async end(): Promise<void> {
    await this.#thread?.end()
  }
}
