/**
 * The only file that loads `@aws-sdk/client-glacier`. It makes each request once, under time limits, with any
 * client. The SDK is loaded with the first request, since it takes 0.1 s.
 *
 * Whatever the SDK, a signal or a provider of credentials throws leaves this file as a subclass of `GlacierPipeError`.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import type { GlacierPipeError } from '../../errors.js'
import { systemClock, type Clock } from '../../runtime/clock.js'
import type { Readable } from '../../streams/node-streams.js'
import { assertGlacier, clientFor } from '../caller-client.js'
import { clientConfigFor } from './client-config.js'
import { endpointOf } from './configured-endpoint.js'
import { CredentialsFetch, unlessAborted } from './credentials-fetch.js'
import { normalizeEndpoint } from '../../glacier/endpoint.js'
import { RequestAttempt } from './request-attempt.js'
import {
  isGlacierClientLike,
  type GlacierClientLike,
  type GlacierClientSettings,
} from '../glacier-client-like.js'
import { bodyOf } from './request-body.js'
import { outputBytes } from './output-bytes.js'
import type { RequestOptions } from '../request-options.js'
import { DEFAULT_IDLE_TIMEOUT_MS, RequestTimeout, timeLimitsFor } from './request-timeout.js'
import { toCredentialsError, toServiceError } from './service-error.js'
import { withBodyHeaders, withoutRetries, type CommandStack } from './single-request.js'
import { isQueued } from './socket-queue.js'
import type { AccountRequest } from '../vault-client.js'
import type { StoreBody } from '../../store/archive-store.js'

/** Any of the SDK's Glacier commands. */
type SdkCommand<Input extends Sdk.ServiceInputTypes, Output extends Sdk.ServiceOutputTypes> = Parameters<
  typeof Sdk.GlacierClient.prototype.send<Input, Output>
>[0] & { readonly middlewareStack: CommandStack }

/** A request that is about to be made. */
interface StartedRequest extends Loaded {
  readonly timeout: RequestTimeout
  readonly attempt: RequestAttempt
}

/** The SDK, and a client of it. */
interface Loaded {
  readonly sdk: typeof Sdk
  readonly client: Sdk.GlacierClient
}

let loadedSdk: Promise<typeof Sdk> | undefined

/** Loads the SDK once: each `import()` looks for the module on the disk, also if it is loaded. */
const loadSdk = (): Promise<typeof Sdk> => (loadedSdk ??= import('@aws-sdk/client-glacier'))

/** Makes requests with a client of the SDK. */
export class SdkConnection {
  readonly #source: GlacierClientLike | GlacierClientSettings
  readonly #idleTimeoutMs: number
  readonly #clock: Clock
  #loading: Promise<Loaded> | undefined
  /** The client that was made here, and is destroyed here. */
  #ownClient: Sdk.GlacierClient | undefined
  /** Whether credentials were fetched before: then a failure to fetch them now may pass. */
  #hadCredentials = false

  /**
   * @param source - a client of the caller, or the configuration of one to make
   * @param clock - measures the time limits of requests; default the system's
   * @throws {TypeError} a client for another service
   */
  constructor(
    source: GlacierClientLike | GlacierClientSettings,
    { idleTimeout = DEFAULT_IDLE_TIMEOUT_MS }: RequestOptions,
    clock: Clock = systemClock,
  ) {
    if (isGlacierClientLike(source)) assertGlacier(source)
    this.#source = source
    this.#idleTimeoutMs = idleTimeout
    this.#clock = clock
  }

  /** Closes the connections of a client that was made here. A client of the caller is not changed. */
  destroy(): void {
    this.#ownClient?.destroy()
  }

  /** The client of the SDK, to read its configuration. */
  async sdkClient(): Promise<Sdk.GlacierClient> {
    return (await this.#load()).client
  }

  /** The region that requests go to. */
  async region(): Promise<string> {
    try {
      const { client } = await this.#load()
      return await client.config.region()
    } catch (error) {
      throw toServiceError('Configuration', error, undefined, 'preparation')
    }
  }

  /** The endpoint that requests go to; `undefined` if it is the service's own. Makes no request. */
  async endpoint(): Promise<string | undefined> {
    try {
      const { sdk, client } = await this.#load()
      return normalizeEndpoint(await endpointOf(sdk, client))
    } catch (error) {
      throw toServiceError('Configuration', error, undefined, 'preparation')
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
  async call<Input extends Sdk.ServiceInputTypes, Output extends Sdk.ServiceOutputTypes>(
    operation: string,
    request: AccountRequest,
    command: (sdk: typeof Sdk) => SdkCommand<Input, Output>,
  ): Promise<Output> {
    const started = await this.#start(operation, 0, request)
    return this.#send(operation, started, request, command).finally(() => {
      started.timeout.end()
    })
  }

  /** Makes a request whose body is bytes of an archive. */
  async send<Input extends Sdk.ServiceInputTypes, Output extends Sdk.ServiceOutputTypes>(
    operation: string,
    request: AccountRequest & StoreBody,
    command: (sdk: typeof Sdk, body: ReturnType<typeof bodyOf>) => SdkCommand<Input, Output>,
  ): Promise<Output> {
    const { bytes, linearHash, treeHash } = request
    const started = await this.#start(operation, bytes.length, request)
    const body = bodyOf(request, started.timeout)
    return this.#send(operation, started, request, (sdk) =>
      withBodyHeaders(command(sdk, body), {
        'content-length': String(bytes.length),
        'x-amz-content-sha256': linearHash,
        'x-amz-sha256-tree-hash': treeHash,
      }),
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
  async stream<Input extends Sdk.ServiceInputTypes, Output extends Sdk.ServiceOutputTypes, Facts>(
    operation: string,
    request: AccountRequest,
    size: number,
    command: (sdk: typeof Sdk) => SdkCommand<Input, Output>,
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

  async #send<Input extends Sdk.ServiceInputTypes, Output extends Sdk.ServiceOutputTypes>(
    operation: string,
    { sdk, client, timeout, attempt }: StartedRequest,
    { signal }: AccountRequest,
    command: (sdk: typeof Sdk) => SdkCommand<Input, Output>,
  ): Promise<Output> {
    const fetch = new CredentialsFetch(timeout.signal, () => {
      this.#hadCredentials = true
    })
    try {
      await client.config.region() // read again during the fetch of credentials, where its failure would look like theirs
      const watched = attempt.watched(fetch.watched(withoutRetries(command(sdk))))
      return await fetch.settled(client.send(watched, { abortSignal: timeout.signal }))
    } catch (error) {
      if (fetch.isInProgress) throw this.#fetchError(operation, error, signal)
      const origin = attempt.isStarted ? 'transport' : 'preparation'
      throw timeout.error ?? attempt.error ?? toServiceError(operation, error, signal, origin)
    }
  }

  /** The error for credentials that could not be fetched. */
  #fetchError(operation: string, error: unknown, signal: AbortSignal | undefined): GlacierPipeError {
    if (signal?.aborted) return toServiceError(operation, error, signal)
    return toCredentialsError(
      operation,
      error,
      this.#hadCredentials ? 'credentials-unavailable' : 'credentials-missing',
    )
  }

  async #start(
    operation: string,
    size: number,
    { signal }: AccountRequest,
    isOutput = false,
  ): Promise<StartedRequest> {
    const loaded = await this.#load() // not a part of the request's time
    const attempt = new RequestAttempt(operation, isOutput)
    const isPaused = (): boolean => isQueued(loaded.client.config.requestHandler, attempt.id)
    const limits = timeLimitsFor(this.#idleTimeoutMs, size)
    const timeout = new RequestTimeout(operation, limits, signal, isPaused, this.#clock)
    return { ...loaded, attempt, timeout }
  }

  #load(): Promise<Loaded> {
    return (this.#loading ??= this.#make())
  }

  async #make(): Promise<Loaded> {
    const source = this.#source
    if (isGlacierClientLike(source)) {
      const sdk = await loadSdk()
      return { sdk, client: clientFor(sdk, source) }
    }
    const [sdk, config] = await Promise.all([
      loadSdk(),
      clientConfigFor(source as Sdk.GlacierClientConfig, process.env), // the settings are the same in all versions
    ])
    this.#ownClient = new sdk.GlacierClient(config)
    return { sdk, client: this.#ownClient }
  }
}
