/**
 * The restores that a process requests: only of the object that it retrieves, and not while it knows that one is running.
 * A request of a faster tier is accepted then, and paid for as well.
 */
import type { RestoreState } from '../../../../lib/s3/bucket-responses.js'
import type { SimProcess } from '../../world/sim-process.js'

/** The object at a key, as the process has seen it last. */
interface Look {
  /** `undefined` if the service states none. */
  readonly etag: string | undefined
  readonly restore: RestoreState | undefined
}

/** Watches one process. */
export class RestoreWatch {
  readonly #process: SimProcess
  readonly #looks = new Map<string, Look>()
  /** The ETags of the objects that are retrieved, by their keys; `undefined` if the service states none. */
  readonly #described = new Map<string, string | undefined>()

  constructor(process: SimProcess) {
    this.#process = process
  }

  /** Notes that the process has got a response to HeadObject. */
  looked(key: string, { etag, restore }: Look): void {
    this.#looks.set(key, { etag, restore })
  }

  /** Notes that the process has got a description of the object that it is going to retrieve. */
  described(key: string, etag: string | undefined): void {
    this.#described.set(key, etag === undefined ? undefined : `"${etag}"`)
  }

  /** Checks a request for a restore. */
  requests(key: string): void {
    const { name, world } = this.#process
    const look = this.#looks.get(key)
    const described = this.#described.get(key)
    const isOther = described !== undefined && look?.etag !== undefined && look.etag !== described
    const reason = look?.restore?.isInProgress
      ? 'which it has seen running'
      : isOther
        ? 'whose object is not the one that it retrieves'
        : undefined
    if (reason !== undefined)
      world.fail(
        'a restore is requested only if it is needed',
        `${name} requests a restore of ${key}, ${reason}`,
      )
  }
}
