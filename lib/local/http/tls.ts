/**
 * The certificate and the key of a server over TLS, checked before anything is done. Neither what the key contains nor the
 * passphrase is in any message.
 */
import { createSecureContext } from 'node:tls'
import { isString, required } from '../../options/rules.js'
import { nested, rule, type Rule, type RulesOf } from '../../options/check-options.js'
import { optionError } from '../../options/option-error.js'

/** What a server needs for TLS, as PEM: text or its bytes. */
export interface TlsOptions {
  /** The certificate, with those between it and the authority behind it. */
  readonly cert: string | Uint8Array
  /** The private key of the certificate. */
  readonly key: string | Uint8Array
  /** Of a key that is encrypted. */
  readonly passphrase?: string | undefined
}

/** What to do about an error of OpenSSL, by its code. */
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

/** The rule of {@link TlsOptions}: a RangeError where TLS cannot be spoken with them. */
export const TLS: Rule = (value, name, caller) => {
  isTls(value, name, caller)
  try {
    createSecureContext(secureContextOptions(value as TlsOptions))
  } catch (error) {
    const { code, reason } = error as { readonly code: string; readonly reason: string } // as OpenSSL's errors have
    const advice = ADVICE[code] ?? 'Give the certificate as cert and its private key as key, both as PEM.'
    const problem = `must be a certificate and its key, and OpenSSL does not accept them: ${reason}. ${advice}`
    throw optionError(RangeError, name, caller, problem, { cause: error })
  }
}

/** What Node takes. */
export function secureContextOptions({ cert, key, passphrase }: TlsOptions): {
  cert: string | Buffer
  key: string | Buffer
  passphrase?: string
} {
  const pem = (value: string | Uint8Array): string | Buffer => (isString(value) ? value : Buffer.from(value))
  return { cert: pem(cert), key: pem(key), ...(passphrase !== undefined && { passphrase }) }
}

/** A value in a message: only what kind it is. */
function kindOf(value: unknown): string {
  if (isString(value)) return `a string of ${value.length} characters`
  if (value instanceof Uint8Array) return `${value.length} bytes`
  return value === null ? 'null' : typeof value
}
