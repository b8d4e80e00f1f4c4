/**
 * The only file that loads `@aws-sdk/client-s3`, which is an optional peer: a program that uses only vaults does not need it.
 * It is loaded with the first request.
 */
import type * as Sdk from '@aws-sdk/client-s3'
import { assertService, settingsOfOlder } from '../../client/caller-client.js'
import { isGlacierClientLike } from '../../client/glacier-client-like.js'
import type { RequestOptions } from '../../client/request-options.js'
import { clientConfigFor } from '../../client/sdk/client-config.js'
import type { BodyBytes } from '../../client/sdk/request-body.js'
import { RequestSender, type Loaded, type SdkCommand } from '../../client/sdk/request-sender.js'
import { MissingPackageError } from '../../errors.js'
import { normalizeEndpoint } from '../../glacier/endpoint.js'
import { systemClock, type Clock } from '../../runtime/clock.js'
import type { Readable } from '../../streams/node-streams.js'
import type { BucketRequest } from '../bucket-requests.js'
import type { S3ClientLike, S3ClientSettings } from './s3-client-like.js'
import { bucketEndpointOf } from './bucket-endpoint.js'
import { toBucketError } from './bucket-error.js'
import { asOneRequest } from './one-request.js'
import { isForeignSuccess, readingXml, type ExpectedBody } from './xml-response.js'

/** The SDK, and a client of it. */
type LoadedS3 = Loaded<typeof Sdk, Sdk.S3Client>

/** Loads the SDK. */
export type LoadSdk = () => Promise<typeof Sdk>

const PACKAGE = '@aws-sdk/client-s3'

/** Settings of an older client of the caller that a new one in its place takes over, besides those of every service. */
const TAKEN_OVER = ['forcePathStyle', 'useAccelerateEndpoint', 'useArnRegion']

let loadedSdk: Promise<typeof Sdk> | undefined

/** Loads the SDK once: each `import()` looks for the module on the disk, also if it is loaded. */
const loadOnce: LoadSdk = () => (loadedSdk ??= import('@aws-sdk/client-s3'))

/** Makes requests with a client of the SDK for S3. */
export class BucketConnection {
  readonly #source: S3ClientLike | S3ClientSettings
  readonly #loadSdk: LoadSdk
  readonly #requests: RequestSender<typeof Sdk, Sdk.S3Client>
  #loading: Promise<LoadedS3> | undefined
  /** The client that was made here, and is destroyed here. */
  #ownClient: Sdk.S3Client | undefined

  /**
   * @param source - a client of the caller, or the configuration of one to make
   * @param clock - measures the time limits of requests; default the system's
   * @param loadSdk - default: imports the package
   * @throws {TypeError} a client for another service
   */
  constructor(
    source: S3ClientLike | S3ClientSettings,
    options: RequestOptions,
    clock: Clock = systemClock,
    loadSdk: LoadSdk = loadOnce,
  ) {
    if (isGlacierClientLike(source)) assertService(source, 'S3', `an S3Client of ${PACKAGE}`)
    this.#source = source
    this.#loadSdk = loadSdk
    const traits = { isForeignSuccess, toError: toBucketError }
    this.#requests = new RequestSender(() => this.#load(), traits, options, clock)
  }

  /** Closes the connections of a client that was made here. A client of the caller is not changed. */
  destroy(): void {
    this.#ownClient?.destroy()
  }

  /**
   * The client of the SDK, to read its configuration.
   *
   * @throws {MissingPackageError} `ERR_MISSING_PACKAGE`: the SDK for S3 is not installed
   */
  async sdkClient(): Promise<Sdk.S3Client> {
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
      return normalizeEndpoint(await bucketEndpointOf(sdk, client))
    } catch (error) {
      throw toBucketError('Configuration', error, undefined, 'preparation', undefined)
    }
  }

  /** Gets fresh credentials. */
  refreshCredentials(signal?: AbortSignal): Promise<void> {
    return this.#requests.refreshCredentials(signal)
  }

  /**
   * Makes a request with a short response.
   *
   * @param expected - what the body of a success must be
   */
  call<Output>(
    operation: string,
    request: BucketRequest,
    expected: ExpectedBody,
    command: (sdk: typeof Sdk) => SdkCommand<Output>,
  ): Promise<Output> {
    return this.#requests.call(operation, request, (sdk) =>
      readingXml(operation, expected, asOneRequest(command(sdk))),
    )
  }

  /**
   * Makes a request whose body is bytes of an object.
   *
   * @param sha256 - of the bytes, in hex: the hash that is signed
   */
  send<Output>(
    operation: string,
    request: BucketRequest & BodyBytes & { readonly sha256: string },
    command: (sdk: typeof Sdk, body: Readable) => SdkCommand<Output>,
  ): Promise<Output> {
    const headers = { 'x-amz-content-sha256': request.sha256 }
    return this.#requests.send(operation, request, headers, (sdk, body) =>
      readingXml(operation, 'nothing', asOneRequest(command(sdk, body))),
    )
  }

  /** Makes a request with a long response; see {@link RequestSender.stream}. */
  stream<Output, Facts>(
    operation: string,
    request: BucketRequest,
    size: number,
    command: (sdk: typeof Sdk) => SdkCommand<Output>,
    read: (output: Output) => Facts & { readonly body: unknown },
  ): Promise<Facts & { readonly body: AsyncIterable<Uint8Array> }> {
    return this.#requests.stream(operation, request, size, (sdk) => asOneRequest(command(sdk)), read)
  }

  #load(): Promise<LoadedS3> {
    return (this.#loading ??= this.#make())
  }

  async #make(): Promise<LoadedS3> {
    const source = this.#source
    const sdk = await this.#loadSdk().catch((error: unknown) => {
      throw isMissing(error) ? new MissingPackageError(PACKAGE, 'buckets need it', { cause: error }) : error
    })
    if (isGlacierClientLike(source)) {
      const settings = settingsOfOlder(source, TAKEN_OVER)
      const client = settings === undefined ? (source as unknown as Sdk.S3Client) : new sdk.S3Client(settings)
      return { sdk, client }
    }
    const forcePathStyle = source.forcePathStyle ?? source.endpoint !== undefined
    const settings = { ...CHECKSUMS, ...source, forcePathStyle } as Sdk.S3ClientConfig // the same in all versions
    this.#ownClient = new sdk.S3Client(await clientConfigFor(settings, process.env))
    return { sdk, client: this.#ownClient }
  }
}

/** Every body has its SHA-256, and every range is checked by its reader: the SDK's CRCs would be a further pass. */
const CHECKSUMS = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const

/** Whether a module was not found, as Node.js and the loaders of CommonJS say it. */
function isMissing(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown }
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
}
