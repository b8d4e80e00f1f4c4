/**
 * The meaning of a failure without a response, by the codes of Node's errors. Libraries wrap these errors: the codes are
 * searched in all causes, and in each error of an `AggregateError`, which Node creates if a host has several addresses.
 */

/** Codes of TLS errors about a certificate: the peer's, or the client's that the peer requires. */
const CERTIFICATE = new RegExp(
  '^(?:CERT_|CRL_|DEPTH_ZERO_|ERROR_IN_C|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|ERR_SSL_\\w*(?:CERTIFICATE|UNKNOWN_CA)' +
    '|(?:HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$)',
)

/** Codes of invalid requests and connection options: another attempt would fail as well. */
const MISTAKE = /^ERR_(?:ACCESS_DENIED|HTTP_INVALID_|INVALID_|OSSL_|UNESCAPED_CHARACTERS)/

/** Classes of errors of the language. A failure of the network has none of them, unless its cause has. */
const MISTAKES = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError] as const

/** Codes of failures before a byte of the request can have arrived, whatever their origin. */
const NEVER_ARRIVED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ProxyRefused'])

interface Coded extends Error {
  readonly code?: unknown
  readonly syscall?: unknown
}

/** Whether a code says that a certificate is not accepted. */
export function isCertificateCode(code: string): boolean {
  return CERTIFICATE.test(code)
}

/** Returns the most specific code of a failure: that of a certificate, or the outermost; empty if it has none. */
export function networkCodeOf(thrown: unknown): string {
  const codes = [...errorsOf(thrown)].map(codeOf).filter((code) => code !== '')
  return codes.find(isCertificateCode) ?? codes[0] ?? ''
}

/** Whether a failure is a mistake in the request or in a program, and not a failure of the network. */
export function isMistake(thrown: unknown): boolean {
  const sources = sourcesOf(thrown)
  return sources.some(
    (error) => MISTAKE.test(codeOf(error)) || MISTAKES.some((kind) => error instanceof kind),
  )
}

/**
 * Whether a failure came before a byte of the request can have arrived: no connection was made.
 *
 * @param code - the failure's own code, which decides if it has no cause
 */
export function neverArrived(cause: unknown, code: string): boolean {
  const sources = sourcesOf(cause)
  return sources.length > 0 ? sources.every(isUnconnected) : isUnconnectedCode(code)
}

function isUnconnected(error: Coded): boolean {
  const { syscall } = error
  // An established connection can fail with the same codes, as EHOSTUNREACH: the system call decides.
  const isConnecting = syscall === 'connect' || syscall === 'getaddrinfo'
  return isConnecting || isUnconnectedCode(codeOf(error))
}

function isUnconnectedCode(code: string): boolean {
  return NEVER_ARRIVED.has(code) || code.startsWith('EAI_') || isCertificateCode(code)
}

function codeOf({ code }: Coded): string {
  return typeof code === 'string' ? code : ''
}

/** The innermost errors, which have no cause. */
function sourcesOf(thrown: unknown): Coded[] {
  return [...errorsOf(thrown)].filter((error) => innerOf(error).length === 0)
}

/** The error and all its causes, the outermost first. */
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
  return [error.cause, ...several].filter((inner) => inner instanceof Error)
}
