/**
 * Distinguishes a failure to fetch credentials from a failure of the request that needs them. The SDK fetches
 * credentials in a middleware of each command and throws what their provider throws: a provider's timeout looks like the
 * service's, and a provider that never settles cannot be stopped.
 */
import type { CommandStack } from './single-request.js'

/** Runs before the middleware of the SDK that fetches credentials. */
const BEFORE = { step: 'serialize', priority: 'high', name: 'glacierPipeCredentialsBegin' }
/** Runs after it: of the middleware added before `endpointV2Middleware`, the client's own comes first. */
const AFTER = { relation: 'before', toMiddleware: 'endpointV2Middleware', name: 'glacierPipeCredentialsEnd' }

/** The fetching of credentials for one request. */
export class CredentialsFetch {
  readonly #signal: AbortSignal
  readonly #onFetched: () => void
  #isInProgress = false

  /**
   * @param signal - the request's
   * @param onFetched - called when the credentials are fetched
   */
  constructor(signal: AbortSignal, onFetched: () => void) {
    this.#signal = signal
    this.#onFetched = onFetched
  }

  /** Whether credentials are being fetched. It stays true if the request failed because they could not be fetched. */
  get isInProgress(): boolean {
    return this.#isInProgress
  }

  /** Returns the command with middleware that reports when its credentials are fetched. */
  watched<Command extends { readonly middlewareStack: CommandStack }>(command: Command): Command {
    const marking =
      (mark: () => void) =>
      <Args, Output>(next: (args: Args) => Promise<Output>) =>
      async (args: Args): Promise<Output> => {
        this.#signal.throwIfAborted() // also if the request was given up during the fetch; the connection maps the error
        mark()
        return next(args)
      }
    const begin = marking(() => {
      this.#isInProgress = true
    })
    const end = marking(() => {
      this.#isInProgress = false
      this.#onFetched()
    })
    command.middlewareStack.add(begin, BEFORE)
    command.middlewareStack.addRelativeTo(end, AFTER)
    return command
  }

  /** Settles as the request does, but stops waiting for a provider when the signal fires. */
  settled<Output>(request: Promise<Output>): Promise<Output> {
    return unlessAborted(request, this.#signal, () => this.#isInProgress)
  }
}

/**
 * Settles as `work` does, or rejects with the reason of the signal when that fires. The connection maps the reason.
 *
 * @param mayStop - whether the signal ends the wait when it fires; default always
 */
export function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  mayStop: () => boolean = () => true,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      if (mayStop()) reject(signal.reason as Error)
    }
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', leave)
    })
  })
}
