/** The options about connections: where the server listens, and where it posts notifications. */
import type { RulesOf } from '../../options/check-options.js'
import { BOOLEAN, TEXT, wholeNumber } from '../../options/rules.js'
import { TIMEOUT_MS } from '../../options/rules.js'
import { TLS, type TlsOptions } from '../transport/tls.js'
import { secret } from './option-forms.js'

/** Options of {@link startLocalVault} about connections. */
export interface NetworkOptions {
  /** The address to listen on; default `127.0.0.1`. An address that is not loopback requires `allowRemote`. */
  readonly host?: string | undefined
  /** Whether other machines can connect; default false. Any owner of the keys can then read and delete everything. */
  readonly allowRemote?: boolean | undefined
  /** The port to listen on; default 0, any free port. */
  readonly port?: number | undefined
  /** The certificate and key for TLS: the endpoint is then `https://…`; default plain HTTP. */
  readonly tls?: TlsOptions | undefined
  /**
   * Milliseconds that the server waits for a silent client; default 60,000. The response to a body that does not
   * arrive is 408 `RequestTimeoutException`, and the connection of a response that is not read is closed. A transfer that makes
   * progress, however slow, is never interrupted.
   */
  readonly idleTimeout?: number | undefined
  /** The URL that notifications of completed jobs are posted to, as SNS posts them to a subscriber; default none. */
  readonly snsEndpoint?: string | undefined
  /** The secret for the controls over HTTP, 16 characters or more; default none, and the controls are off. */
  readonly controlSecret?: string | undefined
}

/** The rules of {@link NetworkOptions}. */
export const NETWORK_RULES: RulesOf<NetworkOptions> = {
  host: TEXT,
  allowRemote: BOOLEAN,
  port: wholeNumber(0, 65_535),
  tls: TLS,
  idleTimeout: TIMEOUT_MS,
  // A URL can contain a password.
  snsEndpoint: secret('an http:// or https:// address', (value) => {
    return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
  }),
  controlSecret: secret('a string of 16 characters or more, of 0x21-0x7E', (value) =>
    /^[\x21-\x7e]{16,}$/.test(value),
  ),
}
