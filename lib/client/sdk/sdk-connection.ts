/**
 * The only file that loads `@aws-sdk/client-glacier`. The SDK is loaded with the first request, since it takes 0.1 s.
 *
 * Whatever the SDK, a signal or a provider of credentials throws leaves this file as a subclass of `GlacierPipeError`.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import { systemClock, type Clock } from '../../runtime/clock.js'
import type { Readable } from '../../streams/node-streams.js'
import { assertGlacier, clientFor } from '../caller-client.js'
import { clientConfigFor } from './client-config.js'
import { endpointOf } from './configured-endpoint.js'
import { normalizeEndpoint } from '../../glacier/endpoint.js'
import type { ResponseHead } from './request-attempt.js'
import {
  isGlacierClientLike,
  type GlacierClientLike,
  type GlacierClientSettings,
} from '../glacier-client-like.js'
import type { RequestOptions } from '../request-options.js'
import { RequestSender, type Loaded, type SdkCommand } from './request-sender.js'
import { toServiceError } from './service-error.js'
import type { AccountRequest, ArchiveRequest, PartRequest } from '../vault-client.js'

/** The SDK, and a client of it. */
type LoadedGlacier = Loaded<typeof Sdk, Sdk.GlacierClient>

/** The success statuses of the service, for GET and for all other methods (docs/glacier-protocol.md#operations). */
const SUCCESSES_OF_READS: ReadonlySet<number> = new Set([200, 206])
const SUCCESSES_OF_WRITES: ReadonlySet<number> = new Set([201, 202, 204])

/**
 * Whether a response with a status below 300 is not the service's: it lacks the request ID, and something else that
 * every success of the service has. The request ID alone does not decide, since some emulators do not send one.
 */
function isForeignSuccess(method: string, { statusCode, headers }: ResponseHead): boolean {
  if (headers['x-amzn-requestid'] !== undefined) return false
  const isRead = method === 'GET'
  const isEmptyRead = isRead && headers['content-length'] === '0'
  const isPage = /^text\/html\b/i.test(headers['content-type'] ?? '')
  return isEmptyRead || isPage || !(isRead ? SUCCESSES_OF_READS : SUCCESSES_OF_WRITES).has(statusCode)
}

let loadedSdk: Promise<typeof Sdk> | undefined

/** Loads the SDK once: each `import()` looks for the module on the disk, also if it is loaded. */
const loadSdk = (): Promise<typeof Sdk> => (loadedSdk ??= import('@aws-sdk/client-glacier'))

/** Makes requests with a client of the SDK. */
export class SdkConnection {
  readonly #source: GlacierClientLike | GlacierClientSettings
  readonly #requests: RequestSender<typeof Sdk, Sdk.GlacierClient>
  #loading: Promise<LoadedGlacier> | undefined
  /** The client that was made here, and is destroyed here. */
  #ownClient: Sdk.GlacierClient | undefined

  /**
   * @param source - a client of the caller, or the configuration of one to make
   * @param clock - measures the time limits of requests; default the system's
   * @throws {TypeError} a client for another service
   */
  constructor(
    source: GlacierClientLike | GlacierClientSettings,
    options: RequestOptions,
    clock: Clock = systemClock,
  ) {
    if (isGlacierClientLike(source)) assertGlacier(source)
    this.#source = source
    const traits = { isForeignSuccess, toError: toServiceError }
    this.#requests = new RequestSender(() => this.#load(), traits, options, clock)
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
  region(): Promise<string> {
    return this.#requests.region()
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
  refreshCredentials(signal?: AbortSignal): Promise<void> {
    return this.#requests.refreshCredentials(signal)
  }

  /** Makes a request with a short response. */
  call<Output>(
    operation: string,
    request: AccountRequest,
    command: (sdk: typeof Sdk) => SdkCommand<Output>,
  ): Promise<Output> {
    return this.#requests.call(operation, request, command)
  }

  /** Makes a request whose body is bytes of an archive. */
  send<Output>(
    operation: string,
    request: ArchiveRequest | PartRequest,
    command: (sdk: typeof Sdk, body: Readable) => SdkCommand<Output>,
  ): Promise<Output> {
    const { linearHash, treeHash } = request
    const headers = { 'x-amz-content-sha256': linearHash, 'x-amz-sha256-tree-hash': treeHash }
    return this.#requests.send(operation, request, headers, command)
  }

  /**
   * Makes a request with a long response: it ends when the body has been read. The reader must not pause for the idle
   * timeout.
   *
   * @param size - bytes of the response
   * @param read - returns the body and the other fields of the response
   */
  stream<Output, Facts>(
    operation: string,
    request: AccountRequest,
    size: number,
    command: (sdk: typeof Sdk) => SdkCommand<Output>,
    read: (output: Output) => Facts & { readonly body: unknown },
  ): Promise<Facts & { readonly body: AsyncIterable<Uint8Array> }> {
    return this.#requests.stream(operation, request, size, command, read)
  }

  #load(): Promise<LoadedGlacier> {
    return (this.#loading ??= this.#make())
  }

  async #make(): Promise<LoadedGlacier> {
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
