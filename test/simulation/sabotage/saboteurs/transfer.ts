/** Breakages of requests, lists and jobs. */
import type { Saboteur } from '../saboteur.js'

/** Breakages of requests, lists and jobs. */
export const TRANSFER_SABOTEURS: readonly Saboteur[] = [
  {
    name: 'slot-leaked-on-408',
    about: 'a request that fails by overload stays counted as in flight',
    file: 'transfer/concurrency.ts',
    find: 'if (window === this.#window && isOverload(error)) this.#halve()',
    replace: 'if (isOverload(error)) this.#inFlight++',
  },
  {
    name: 'unlimited-requests',
    about: 'requests start whatever the number in flight',
    file: 'transfer/concurrency.ts',
    find: 'if (!signal?.aborted && this.#inFlight < this.#current)',
    replace: 'if (!signal?.aborted)',
  },
  {
    name: 'no-second-attempt',
    about: 'a request that fails by the network is not repeated',
    file: 'store/failure.ts',
    find: "return error instanceof ConnectionError ? 'transient' : 'final'",
    replace: "return 'final'",
  },
  {
    name: 'reset-request-never-acted',
    about: 'a request without a response counts as not carried out',
    file: 'store/failure.ts',
    find: 'return !neverArrived(error.cause, error.serviceCode)',
    replace: 'return false',
  },
  {
    name: 'first-page-only',
    about: 'a list ends with its first page',
    file: 'store/paging.ts',
    find: "marker = next === '' || next === null ? undefined : next",
    replace: 'marker = next === marker ? next : undefined',
  },
  {
    name: 'job-started-twice',
    about: 'the jobs are not searched for one that may have been started',
    file: 'retrieve/jobs/start-once.ts',
    find: 'for (const delayMs of mayBeStarted ? SEARCH_DELAYS_MS : [])',
    replace: 'for (const delayMs of mayBeStarted ? [] : [])',
  },
]
