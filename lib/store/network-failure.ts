/**
 * What a failure without an answer says, by the codes of Node's errors. Libraries wrap these errors: the codes are
 * looked for along the causes, and in each error of an `AggregateError`, which Node makes where a host has several
 * addresses.
 */

/** Codes of TLS errors about a certificate: the peer's, or the one the peer wants and does not get. */
const CERTIFICATE = new RegExp(
  '^(?:CERT_|CRL_|DEPTH_ZERO_|ERROR_IN_C|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|ERR_SSL_\\w*(?:CERTIFICATE|UNKNOWN_CA)' +
    '|(?:HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$)',
)

/** Codes of errors in what the request or the connection was to be: the same attempt would fail as this one did. */
const MISTAKE = /^ERR_(?:ACCESS_DENIED|HTTP_INVALID_|INVALID_|OSSL_|UNESCAPED_CHARACTERS)/

/** Errors of the language: a failure of the network is never one, unless its cause is. */
const MISTAKES = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError] as const

/** Codes of failures before a byte of the request can have arrived, wherever they come from. */
const NEVER_ARRIVED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ProxyRefused'])

interface Coded extends Error {
  readonly code?: unknown
  readonly syscall?: unknown
}

/** Whether a code is that of a certificate that is not accepted. */
export function isCertificateCode(code: string): boolean {
  return CERTIFICATE.test(code)
}

/** The code that tells most of a failure: that of a certificate, else the outermost; empty where there is none. */
export function networkCodeOf(thrown: unknown): string {
  const codes = [...errorsOf(thrown)].map(codeOf).filter((code) => code !== '')
  return codes.find(isCertificateCode) ?? codes[0] ?? ''
}

/** Whether a failure is a mistake in the request or in a program, and none of the network. */
export function isMistake(thrown: unknown): boolean {
  const sources = sourcesOf(thrown)
  return sources.some(
    (error) => MISTAKE.test(codeOf(error)) || MISTAKES.some((kind) => error instanceof kind),
  )
}

/**
 * Whether a failure came before a byte of the request can have arrived: no connection was made.
 *
 * @param code - the failure's own code, which decides where it has no cause
 */
export function neverArrived(cause: unknown, code: string): boolean {
  const sources = sourcesOf(cause)
  return sources.length > 0 ? sources.every(isUnconnected) : isUnconnectedCode(code)
}

function isUnconnected(error: Coded): boolean {
  const { syscall } = error
  // Established connections fail with EHOSTUNREACH and its like as well: the system call tells.
  const isConnecting = syscall === 'connect' || syscall === 'getaddrinfo'
  return isConnecting || isUnconnectedCode(codeOf(error))
}

function isUnconnectedCode(code: string): boolean {
  return NEVER_ARRIVED.has(code) || code.startsWith('EAI_') || isCertificateCode(code)
}

function codeOf({ code }: Coded): string {
  return typeof code === 'string' ? code : ''
}

/** The errors that no other error is the cause of. */
function sourcesOf(thrown: unknown): Coded[] {
  return [...errorsOf(thrown)].filter((error) => innerOf(error).length === 0)
}

/** The error and all it was caused by, the outermost first. */
function errorsOf(thrown: unknown): Set<Coded> {
  const found = new Set<Coded>()
  const visit = (error: unknown): void => {
    if (!(error instanceof Error) || found.has(error)) return
    found.add(error)
    innerOf(error).forEach(visit)
  }
  visit(thrown)
  return found
}

function innerOf(error: Error): Error[] {
  const several: readonly unknown[] = error instanceof AggregateError ? error.errors : []
  return [error.cause, ...several].filter((it) => it instanceof Error)
}
