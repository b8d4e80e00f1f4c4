/**
 * The SDK's client and its configuration as this package declares them, so that those of any version of the SDK fit:
 * the SDK's own class has private members, which make the types of two versions incompatible.
 */

/** The members of a `GlacierClient` of `@aws-sdk/client-glacier` that are used; every version has them. */
export interface GlacierClientLike {
  /** The resolved configuration of the client. */
  readonly config: {
    /** `'Glacier'`; clients for other services are refused. */
    readonly serviceId: string
    /** Resolves to the AWS region. */
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
  /** The ID of the key pair. */
  readonly accessKeyId: string
  /** The secret key, which signs requests. */
  readonly secretAccessKey: string
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined
  /** When they end. The SDK then asks their provider again. */
  readonly expiration?: Date | undefined
}

/** A value, or a function that finds it out. */
export type Provided<T> = T | ((properties?: never) => Promise<T>)

/**
 * The configuration of a `GlacierClient` to make: what `new GlacierClient()` takes, with the same meaning. For other
 * settings of the SDK, make a `GlacierClient` and pass that.
 */
export interface GlacierClientSettings {
  /** Default: from the environment or the AWS configuration files. */
  readonly region?: Provided<string> | undefined
  /** Default: from the SDK's chain of providers. */
  readonly credentials?: Provided<ClientCredentials> | undefined
  /** A URL, or what the SDK takes for one. Default: from the environment or the configuration files, or the service's. */
  readonly endpoint?: string | object | undefined
  /** A profile of the AWS configuration files. */
  readonly profile?: string | undefined
  /** An object with the SDK's interface of a request handler, or the options of its own. */
  readonly requestHandler?: object | undefined
  /** Whether to use the FIPS endpoint of the region. */
  readonly useFipsEndpoint?: Provided<boolean> | undefined
  /** Whether to use the endpoint for IPv4 and IPv6. */
  readonly useDualstackEndpoint?: Provided<boolean> | undefined
  /** Text to add to the user agent. */
  readonly customUserAgent?: string | readonly unknown[] | undefined
  /** An application ID to add to the user agent. */
  readonly userAgentAppId?: Provided<string | undefined> | undefined
  /** An object with the methods of a logger of the SDK. */
  readonly logger?: object | undefined
  /** Without effect: requests are repeated by this package alone. */
  readonly maxAttempts?: Provided<number> | undefined
  /** Without effect, as `maxAttempts`. */
  readonly retryMode?: Provided<string> | undefined
}

/** Whether the value is a client of the SDK's, and not the configuration of one. */
export function isGlacierClientLike(
  value: GlacierClientLike | GlacierClientSettings,
): value is GlacierClientLike {
  return 'send' in value
}
