/**
 * The one file that loads `@aws-sdk/client-glacier`, and makes requests with it: each once, under time limits, whoever
 * made the client. It is loaded with the first request (it takes 0.1 s), so importing this package stays cheap.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import type { GlacierPipeError } from '../../errors.js'
import { addAbortSignal, type Readable } from '../../streams/node-streams.js'
import type { Checksums } from '../../tree-hash/tree-hash.js'
import { assertGlacier, clientFor } from '../caller-client.js'
import { clientConfigFor } from './client-config.js'
import { endpointOf } from './configured-endpoint.js'
import { CredentialsFetch, unlessAborted } from './credentials-fetch.js'
import { normalizeEndpoint } from '../../glacier/endpoint.js'
import { Exchange } from './request-attempt.js'
import {
  isGlacierClientLike,
  type GlacierClientLike,
  type GlacierClientSettings,
} from '../glacier-client-like.js'
import { bodyOf } from './request-body.js'
import type { RequestOptions } from '../request-options.js'
import { DEFAULT_IDLE_TIMEOUT, RequestWatch, timeLimitsFor } from './request-timeout.js'
import { toCredentialsError, toServiceError } from './service-error.js'
import { withBodyHeaders, withoutRetries, type CommandStack } from './single-request.js'
import { isQueued } from './socket-queue.js'
import type { AccountRequest } from '../vault-client.js'
import type { SendLimit } from '../../store/archive-store.js'

/** Any of the SDK's Glacier commands. */
type SdkCommand<Input extends Sdk.ServiceInputTypes, Output extends Sdk.ServiceOutputTypes> = Parameters<
  typeof Sdk.GlacierClient.prototype.send<Input, Output>
>[0] & { readonly middlewareStack: CommandStack }

/** What a request with a body has of it. */
interface BytesToSend extends Checksums {
  readonly bytes: Uint8Array
  readonly sendLimit?: SendLimit | undefined
}

/** A request that is about to be made. */
interface Begun extends Loaded {
  readonly watch: RequestWatch
  readonly exchange: Exchange
}

/** The SDK, and a client of it. */
interface Loaded {
  readonly sdk: typeof Sdk
  readonly client: Sdk.GlacierClient
}

/** Makes requests with a client of the SDK's. */
export class SdkConnection {
  readonly #source: GlacierClientLike | GlacierClientSettings
  readonly #idleTimeout: number
  #loading: Promise<Loaded> | undefined
  #made: Sdk.GlacierClient | undefined
  /** Whether credentials could be fetched before: then that they cannot be now may pass. */
  #hadCredentials = false

  /**
   * @param source - a client of the caller's, or the configuration of one to make
   * @throws {TypeError} a client for another service
   */
  constructor(
    source: GlacierClientLike | GlacierClientSettings,
    { idleTimeout = DEFAULT_IDLE_TIMEOUT }: RequestOptions,
  ) {
    if (isGlacierClientLike(source)) assertGlacier(source)
    this.#source = source
    this.#idleTimeout = idleTimeout
  }

  /** Closes the connections of a client made here; one the caller owns is left alone. */
  destroy(): void {
    this.#made?.destroy()
  }

  /** The region requests go to. */
  async region(): Promise<string> {
    try {
      const { client } = await this.#load()
      return await client.config.region()
    } catch (error) {
      throw toServiceError('Configuration', error, undefined, 'preparation')
    }
  }

  /** The endpoint requests go to; `undefined` where it is the service's own. Makes no request. */
  async endpoint(): Promise<string | undefined> {
    try {
      const { sdk, client } = await this.#load()
      return normalizeEndpoint(await endpointOf(sdk, client))
    } catch (error) {
      throw toServiceError('Configuration', error, undefined, 'preparation')
    }
  }

  async refreshCredentials(signal?: AbortSignal): Promise<void> {
    const { client, watch } = await this.#begin('Credentials', 0, { signal })
    const fresh = client.config.credentials as (options: {
      readonly forceRefresh: boolean
    }) => Promise<unknown>
    try {
      // A provider that keeps what it once gave would give it again.
      await unlessAborted(fresh({ forceRefresh: true }), watch.signal)
    } catch (error) {
      throw this.#unfetched('Credentials', error, signal)
    } finally {
      watch.end()
    }
  }

  /** A request whose answer is in its headers, or is short. */
  async call<Input extends Sdk.ServiceInputTypes, Output extends Sdk.ServiceOutputTypes>(
    operation: string,
    request: AccountRequest,
    command: (sdk: typeof Sdk) => SdkCommand<Input, Output>,
  ): Promise<Output> {
    const begun = await this.#begin(operation, 0, request)
    return this.#once(operation, begun, request, command).finally(() => {
      begun.watch.end()
    })
  }

  /** A request that carries an archive's bytes. */
  async send<Input extends Sdk.ServiceInputTypes, Output extends Sdk.ServiceOutputTypes>(
    operation: string,
    request: AccountRequest & BytesToSend,
    command: (sdk: typeof Sdk, body: ReturnType<typeof bodyOf>) => SdkCommand<Input, Output>,
  ): Promise<Output> {
    const { bytes, sendLimit, linearHash, treeHash } = request
    const begun = await this.#begin(operation, bytes.length, request)
    return this.#once(operation, begun, request, (sdk) =>
      withBodyHeaders(command(sdk, bodyOf(bytes, begun.watch, sendLimit)), {
        'content-length': String(bytes.length),
        'x-amz-content-sha256': linearHash,
        'x-amz-sha256-tree-hash': treeHash,
      }),
    ).finally(() => {
      begun.watch.end()
    })
  }

  /**
   * A request whose answer is long: it is over when the body has been read, which must not pause for as long as the
   * idle timeout.
   *
   * @param size - bytes of the answer
   * @param take - takes the answer apart
   */
  async stream<Input extends Sdk.ServiceInputTypes, Output extends Sdk.ServiceOutputTypes, Facts>(
    operation: string,
    request: AccountRequest,
    size: number,
    command: (sdk: typeof Sdk) => SdkCommand<Input, Output>,
    take: (output: Output) => Facts & { readonly body: unknown },
  ): Promise<Facts & { readonly body: AsyncIterable<Uint8Array> }> {
    const begun = await this.#begin(operation, size, request)
    try {
      const taken = take(await this.#once(operation, begun, request, command))
      return { ...taken, body: bytesOf(operation, taken.body as Readable, begun.watch, request.signal) }
    } catch (error) {
      begun.watch.end()
      throw error
    }
  }

  async #once<Input extends Sdk.ServiceInputTypes, Output extends Sdk.ServiceOutputTypes>(
    operation: string,
    { sdk, client, watch, exchange }: Begun,
    { signal }: AccountRequest,
    command: (sdk: typeof Sdk) => SdkCommand<Input, Output>,
  ): Promise<Output> {
    const fetch = new CredentialsFetch(watch.signal, () => {
      this.#hadCredentials = true
    })
    try {
      await client.config.region() // asked for again where credentials are fetched, and must not fail as they do
      const once = exchange.watched(fetch.watched(withoutRetries(command(sdk))))
      return await fetch.settled(client.send(once, { abortSignal: watch.signal }))
    } catch (error) {
      if (fetch.isUnderWay) throw this.#unfetched(operation, error, signal)
      const origin = exchange.isBegun ? 'transport' : 'preparation'
      throw watch.verdict ?? toServiceError(operation, error, signal, origin)
    }
  }

  /** The error for credentials that could not be fetched. */
  #unfetched(operation: string, error: unknown, signal: AbortSignal | undefined): GlacierPipeError {
    if (signal?.aborted) return toServiceError(operation, error, signal)
    return toCredentialsError(operation, error, this.#hadCredentials ? 'unavailable' : 'missing')
  }

  async #begin(operation: string, size: number, { signal }: AccountRequest): Promise<Begun> {
    const loaded = await this.#load() // before the watch: it takes longer than many a request, and is no part of its time
    const exchange = new Exchange(operation)
    const isHeldUp = (): boolean => isQueued(loaded.client.config.requestHandler, exchange.id)
    const watch = new RequestWatch(operation, timeLimitsFor(this.#idleTimeout, size), signal, isHeldUp)
    return { ...loaded, watch, exchange }
  }

  #load(): Promise<Loaded> {
    return (this.#loading ??= this.#make())
  }

  async #make(): Promise<Loaded> {
    const source = this.#source
    if (isGlacierClientLike(source)) {
      const sdk = await import('@aws-sdk/client-glacier')
      return { sdk, client: clientFor(sdk, source) }
    }
    const [sdk, config] = await Promise.all([
      import('@aws-sdk/client-glacier'),
      clientConfigFor(source as Sdk.GlacierClientConfig, process.env), // settings of any version mean the same
    ])
    this.#made = new sdk.GlacierClient(config)
    return { sdk, client: this.#made }
  }
}

async function* bytesOf(
  operation: string,
  body: Readable,
  watch: RequestWatch,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  addAbortSignal(watch.signal, body)
  try {
    for await (const bytes of body as AsyncIterable<Buffer>) {
      watch.moved()
      yield bytes
    }
  } catch (error) {
    throw watch.verdict ?? toServiceError(operation, error, signal, 'transport')
  } finally {
    watch.end()
  }
}
