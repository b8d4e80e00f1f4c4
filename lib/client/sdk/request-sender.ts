/**
 * Makes each request of a service of AWS once, under time limits, with any client of the SDK.
 *
 * Whatever the SDK, a signal or a provider of credentials throws leaves this file as a subclass of `GlacierPipeError`.
 */
import type { GlacierPipeError } from '../../errors.js'
import { systemClock, type Clock } from '../../runtime/clock.js'
import type { Readable } from '../../streams/node-streams.js'
import { CredentialsFetch, unlessAborted } from './credentials-fetch.js'
import { outputBytes } from './output-bytes.js'
import { RequestAttempt, type IsForeignSuccess, type ResponseHead } from './request-attempt.js'
import { bodyOf, type BodyBytes } from './request-body.js'
import type { RequestOptions } from '../request-options.js'
import { DEFAULT_IDLE_TIMEOUT_MS, RequestTimeout, timeLimitsFor } from './request-timeout.js'
import { toCredentialsError, type FailureOrigin } from './service-error.js'
import { withBodyHeaders, withoutRetries, type CommandStack } from './single-request.js'
import { isQueued } from './socket-queue.js'

/** The members of the SDK's clients that are used here. */
export interface SdkClient {
  readonly config: {
    readonly region: () => Promise<string>
    readonly credentials: unknown
    readonly requestHandler: object
  }
  send(command: never, options: { readonly abortSignal: AbortSignal }): Promise<unknown>
  destroy(): void
}

/** A command of the SDK; its type tells the type of the output. */
export interface SdkCommand<Output> {
  readonly middlewareStack: CommandStack
  resolveMiddleware(
    stack: never,
    configuration: never,
    options: never,
  ): (args: never) => Promise<{ readonly output: Output }>
}

/** The SDK of a service, and a client of it. */
export interface Loaded<Sdk, Client> {
  readonly sdk: Sdk
  readonly client: Client
}

/** The properties of a service that decide on its responses. */
export interface ServiceTraits {
  readonly isForeignSuccess: IsForeignSuccess
  /** Maps whatever a request threw; `head` is of the response, if one was received. */
  readonly toError: (
    operation: string,
    thrown: unknown,
    signal: AbortSignal | undefined,
    origin: FailureOrigin,
    head: ResponseHead | undefined,
  ) => GlacierPipeError
}

/** The field of all requests that is used here. */
interface Abortable {
  readonly signal?: AbortSignal | undefined
}

/** A request that is about to be made. */
interface StartedRequest<Sdk, Client> extends Loaded<Sdk, Client> {
  readonly timeout: RequestTimeout
  readonly attempt: RequestAttempt
}

/** Makes requests with a client of the SDK. */
export class RequestSender<Sdk, Client extends SdkClient> {
  readonly #load: () => Promise<Loaded<Sdk, Client>>
  readonly #traits: ServiceTraits
  readonly #idleTimeoutMs: number
  readonly #clock: Clock
  /** Whether credentials were fetched before: then a failure to fetch them now may pass. */
  #hadCredentials = false

  /**
   * @param load - loads the SDK, once
   * @param clock - measures the time limits of requests; default the system's
   */
  constructor(
    load: () => Promise<Loaded<Sdk, Client>>,
    traits: ServiceTraits,
    { idleTimeout = DEFAULT_IDLE_TIMEOUT_MS }: RequestOptions,
    clock: Clock = systemClock,
  ) {
    this.#load = load
    this.#traits = traits
    this.#idleTimeoutMs = idleTimeout
    this.#clock = clock
  }

  /** The region that requests go to. */
  async region(): Promise<string> {
    try {
      const { client } = await this.#load()
      return await client.config.region()
    } catch (error) {
      throw this.#traits.toError('Configuration', error, undefined, 'preparation', undefined)
    }
  }

  /** Gets fresh credentials. */
  async refreshCredentials(signal?: AbortSignal): Promise<void> {
    const { client, timeout } = await this.#start('Credentials', 0, { signal })
    const fresh = client.config.credentials as (options: { forceRefresh: boolean }) => Promise<unknown>
    try {
      // Without this option, a provider may return the expired credentials again.
      await unlessAborted(fresh({ forceRefresh: true }), timeout.signal)
    } catch (error) {
      throw this.#fetchError('Credentials', error, signal)
    } finally {
      timeout.end()
    }
  }

  /** Makes a request with a short response. */
  async call<Output>(
    operation: string,
    request: Abortable,
    command: (sdk: Sdk) => SdkCommand<Output>,
  ): Promise<Output> {
    const started = await this.#start(operation, 0, request)
    return this.#send(operation, started, request, command).finally(() => {
      started.timeout.end()
    })
  }

  /**
   * Makes a request whose body is bytes of an archive.
   *
   * @param headers - of the body; the SDK computes none
   */
  async send<Output>(
    operation: string,
    request: Abortable & BodyBytes,
    headers: Readonly<Record<string, string>>,
    command: (sdk: Sdk, body: Readable) => SdkCommand<Output>,
  ): Promise<Output> {
    const started = await this.#start(operation, request.bytes.length, request)
    const body = bodyOf(request, started.timeout)
    return this.#send(operation, started, request, (sdk) =>
      withBodyHeaders(command(sdk, body), { 'content-length': String(request.bytes.length), ...headers }),
    ).finally(() => {
      // After an early response, the connection would continue to take bytes, which the caller may change from here on.
      if (!body.readableEnded) {
        body.destroy()
        started.timeout.cancel()
      }
      started.timeout.end()
    })
  }

  /**
   * Makes a request with a long response: it ends when the body has been read. The reader must not pause for the idle
   * timeout.
   *
   * @param size - bytes of the response
   * @param read - returns the body and the other fields of the response
   */
  async stream<Output, Facts>(
    operation: string,
    request: Abortable,
    size: number,
    command: (sdk: Sdk) => SdkCommand<Output>,
    read: (output: Output) => Facts & { readonly body: unknown },
  ): Promise<Facts & { readonly body: AsyncIterable<Uint8Array> }> {
    const started = await this.#start(operation, size, request, true)
    try {
      const response = read(await this.#send(operation, started, request, command))
      const body = outputBytes(operation, response.body as Readable, started.timeout, request.signal)
      return { ...response, body }
    } catch (error) {
      started.timeout.end()
      throw error
    }
  }

  async #send<Output>(
    operation: string,
    { sdk, client, timeout, attempt }: StartedRequest<Sdk, Client>,
    { signal }: Abortable,
    command: (sdk: Sdk) => SdkCommand<Output>,
  ): Promise<Output> {
    const fetch = new CredentialsFetch(timeout.signal, () => {
      this.#hadCredentials = true
    })
    try {
      await client.config.region() // read again during the fetch of credentials, where its failure would look like theirs
      const single = fetch.watched(withoutRetries(command(sdk)))
      const watched = attempt.watched(single, () => {
        timeout.progress()
      })
      const sent = client.send(watched as never, { abortSignal: timeout.signal })
      return (await fetch.settled(sent)) as Output
    } catch (error) {
      if (fetch.isInProgress) throw this.#fetchError(operation, error, signal)
      const origin = attempt.isStarted ? 'transport' : 'preparation'
      throw (
        timeout.error ?? attempt.error ?? this.#traits.toError(operation, error, signal, origin, attempt.head)
      )
    }
  }

  /** The error for credentials that could not be fetched. */
  #fetchError(operation: string, error: unknown, signal: AbortSignal | undefined): GlacierPipeError {
    if (signal?.aborted) return this.#traits.toError(operation, error, signal, undefined, undefined)
    return toCredentialsError(
      operation,
      error,
      this.#hadCredentials ? 'credentials-unavailable' : 'credentials-missing',
    )
  }

  async #start(
    operation: string,
    size: number,
    { signal }: Abortable,
    isOutput = false,
  ): Promise<StartedRequest<Sdk, Client>> {
    const loaded = await this.#load() // not a part of the request's time
    const attempt = new RequestAttempt(operation, isOutput, this.#traits.isForeignSuccess)
    const isPaused = (): boolean => isQueued(loaded.client.config.requestHandler, attempt.id)
    const limits = timeLimitsFor(this.#idleTimeoutMs, size)
    const timeout = new RequestTimeout(operation, limits, signal, isPaused, this.#clock)
    return { ...loaded, attempt, timeout }
  }
}
