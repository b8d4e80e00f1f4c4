/**
 * The SDK's client and its configuration as this package declares them, so that the client of any version of the SDK
 * fits: the SDK's own class has private members, which make the types of two versions incompatible.
 */

/** The members of a `GlacierClient` of `@aws-sdk/client-glacier` that are used; every version has them. */
export interface GlacierClientLike {
  /** The resolved configuration. */
  readonly config: {
    /** `'Glacier'`; clients for other services are refused. */
    readonly serviceId: string
    /** Resolves to the region. */
    readonly region: () => Promise<string>
    /** The provider of credentials. */
    readonly credentials: unknown
    /** The handler that sends requests. */
    readonly requestHandler: unknown
  }
  /** Sends a command. */
  send(command: never, options?: never): Promise<unknown>
}

/** A key pair to sign requests with. */
export interface ClientCredentials {
  /** The ID of the access key. */
  readonly accessKeyId: string
  /** The secret of the access key. */
  readonly secretAccessKey: string
  /** The session token of temporary credentials; default none. */
  readonly sessionToken?: string | undefined
  /** The time at which they expire, and the SDK fetches them again; default never. */
  readonly expiration?: Date | undefined
}

/** A value, or a function that resolves to it. */
export type Provided<T> = T | ((properties?: never) => Promise<T>)

/**
 * The configuration of a `GlacierClient` to make, with the names and meanings of `new GlacierClient()`. For other settings
 * of the SDK, make a `GlacierClient` and pass it.
 */
export interface GlacierClientSettings {
  /** The region; default from the environment or the AWS configuration files. */
  readonly region?: Provided<string> | undefined
  /** The credentials; default from the SDK's chain of providers. */
  readonly credentials?: Provided<ClientCredentials> | undefined
  /** The URL of the endpoint; default from the environment or the configuration files, or the service's own. */
  readonly endpoint?: string | object | undefined
  /** The profile of the AWS configuration files; default from the environment, or `default`. */
  readonly profile?: string | undefined
  /** A request handler with the SDK's interface, or the options of the SDK's own. */
  readonly requestHandler?: object | undefined
  /** Whether to use an endpoint that is validated under FIPS; default from the environment or the configuration files. */
  readonly useFipsEndpoint?: Provided<boolean> | undefined
  /** Whether to use an endpoint with IPv6; default from the environment or the configuration files. */
  readonly useDualstackEndpoint?: Provided<boolean> | undefined
  /** An addition to the header `User-Agent`; default none. */
  readonly customUserAgent?: string | readonly unknown[] | undefined
  /** The application ID in the header `User-Agent`; default from the environment or the configuration files. */
  readonly userAgentAppId?: Provided<string | undefined> | undefined
  /** The logger of the SDK; default none. */
  readonly logger?: object | undefined
  /** Without effect: this package retries by itself. */
  readonly maxAttempts?: Provided<number> | undefined
  /** Without effect: this package retries by itself. */
  readonly retryMode?: Provided<string> | undefined
}

/** Whether the value is a client of the SDK, and not the configuration of one. */
export function isGlacierClientLike(
  value: GlacierClientLike | GlacierClientSettings,
): value is GlacierClientLike {
  return 'send' in value
}
