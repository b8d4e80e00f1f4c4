/**
 * The certificate and the key for TLS. They are checked before the server starts. No message has the content of the key or
 * the passphrase.
 */
import { createSecureContext } from 'node:tls'
import { isString, required } from '../../options/rules.js'
import { nested, rule, type Rule, type RulesOf } from '../../options/check-options.js'
import { optionError } from '../../options/option-error.js'

/** The certificate and key of a server, as PEM: a string or its bytes. */
export interface TlsOptions {
  /** The certificate, followed by the intermediate certificates. */
  readonly cert: string | Uint8Array
  /** The private key of the certificate. */
  readonly key: string | Uint8Array
  /** The passphrase of an encrypted key. */
  readonly passphrase?: string | undefined
}

/** Advice about errors of OpenSSL, by their code. */
const ADVICE: Readonly<Record<string, string>> = {
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: 'The key is not that of the certificate.',
  ERR_OSSL_BAD_DECRYPT: 'The key is encrypted: the passphrase is missing or wrong.',
}

const isPem = rule(
  'PEM: a string, a Buffer or a Uint8Array, not empty',
  (value): value is string | Uint8Array => isString(value) || value instanceof Uint8Array,
  (value) => value.length > 0,
  kindOf,
)
const isPassphrase = rule('a string that is not empty', isString, (value) => value !== '', kindOf)
const isTls = nested({
  cert: required(isPem),
  key: required(isPem),
  passphrase: isPassphrase,
} satisfies RulesOf<TlsOptions>)

/** The rule of {@link TlsOptions}: a RangeError if OpenSSL does not accept them. */
export const TLS: Rule = (value, name, caller) => {
  isTls(value, name, caller)
  try {
    createSecureContext(secureContextOptions(value as TlsOptions))
  } catch (error) {
    const { code, reason } = error as { readonly code: string; readonly reason: string } // errors of OpenSSL have them
    const advice = ADVICE[code] ?? 'Give a certificate and the private key that belongs to it, both as PEM.'
    const problem = `must be a certificate and its key, and OpenSSL does not accept them: ${reason}. ${advice}`
    throw optionError(RangeError, name, caller, problem, { cause: error })
  }
}

/** The options for `node:tls`. */
export function secureContextOptions({ cert, key, passphrase }: TlsOptions): {
  cert: string | Buffer
  key: string | Buffer
  passphrase?: string
} {
  const pem = (value: string | Uint8Array): string | Buffer => (isString(value) ? value : Buffer.from(value))
  return { cert: pem(cert), key: pem(key), ...(passphrase !== undefined && { passphrase }) }
}

/** A value in a message: only its kind. */
function kindOf(value: unknown): string {
  if (isString(value)) return `a string of ${value.length} characters`
  if (value instanceof Uint8Array) return `${value.length} bytes`
  return value === null ? 'null' : typeof value
}
