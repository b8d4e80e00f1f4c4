/**
 * Tells a failure to fetch credentials from a failure of the request they are for. The SDK fetches credentials in a
 * middleware of each command and throws what their provider throws: a provider's timeout looks like the service's, and
 * a provider that never answers cannot be stopped.
 */
import type { CommandStack } from './single-request.js'

/** Runs before the SDK selects how a request is signed, and with it fetches credentials. */
const BEFORE = { step: 'serialize', priority: 'high', name: 'glacierPipeCredentialsBegin' }
/** Runs after that: of what is added before the same middleware, the client's own stands first. */
const AFTER = { relation: 'before', toMiddleware: 'endpointV2Middleware', name: 'glacierPipeCredentialsEnd' }

/** The fetching of credentials for one request. */
export class CredentialsFetch {
  readonly #signal: AbortSignal
  readonly #onFetched: () => void
  #isUnderWay = false

  /**
   * @param signal - the request's
   * @param onFetched - called when the credentials are there
   */
  constructor(signal: AbortSignal, onFetched: () => void) {
    this.#signal = signal
    this.#onFetched = onFetched
  }

  /** Whether credentials are being fetched. Still true after a request that failed for want of them. */
  get isUnderWay(): boolean {
    return this.#isUnderWay
  }

  /** The command, made to report when its credentials are fetched. */
  watched<Command extends { readonly middlewareStack: CommandStack }>(command: Command): Command {
    const marking =
      (mark: () => void) =>
      <Args, Output>(next: (args: Args) => Promise<Output>) =>
      async (args: Args): Promise<Output> => {
        this.#signal.throwIfAborted() // also where the request was given up while a provider was silent
        mark()
        return next(args)
      }
    const begin = marking(() => {
      this.#isUnderWay = true
    })
    const end = marking(() => {
      this.#isUnderWay = false
      this.#onFetched()
    })
    command.middlewareStack.add(begin, BEFORE)
    command.middlewareStack.addRelativeTo(end, AFTER)
    return command
  }

  /** Settles as the request does, but does not wait for a provider once the signal has fired. */
  settled<Output>(request: Promise<Output>): Promise<Output> {
    return unlessAborted(request, this.#signal, () => this.#isUnderWay)
  }
}

/**
 * Settles as `work` does, or rejects with the reason of the signal once that has fired.
 *
 * @param isWanted - whether the signal ends the wait at that moment; default always
 */
export function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  isWanted: () => boolean = () => true,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      if (isWanted()) reject(signal.reason as Error)
    }
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', leave)
    })
  })
}
