/**
 * From whatever a request threw to the error a caller can branch on: by the service's code first, then by the
 * network's (protocol.md 0; the SDK's classes are matched by name, protocol.md 6).
 */
import {
  AbortError,
  AccessDeniedError,
  ConnectionError,
  CredentialsError,
  GlacierPipeError,
  NotFoundError,
  RetrievalRefusedError,
  ServiceError,
  type CredentialsFailure,
} from '../errors.js'

const CREDENTIALS: ReadonlyMap<string, CredentialsFailure> = new Map([
  ['CredentialsProviderError', 'missing'],
  ['ExpiredTokenException', 'expired'],
  ['InvalidSignatureException', 'rejected'],
  ['MissingAuthenticationTokenException', 'rejected'],
  ['UnrecognizedClientException', 'rejected'],
])

const REFUSALS: ReadonlySet<string> = new Set(['InsufficientCapacityException', 'PolicyEnforcedException'])

const CONNECTION: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ETIMEDOUT',
])

/** The parts of the SDK's and of Node's errors that tell them apart. */
interface RequestFailure extends Error {
  readonly code?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
}

/**
 * The error to throw for one a request threw; one of this package's own is returned as it is.
 *
 * @param operation - the operation's name in the service's model
 * @param signal - the request's signal: where it fired, the answer is an `AbortError` with its reason as cause
 */
export function toServiceError(operation: string, thrown: unknown, signal?: AbortSignal): GlacierPipeError {
  if (thrown instanceof GlacierPipeError) return thrown
  if (signal?.aborted) return new AbortError({ cause: signal.reason })
  const error = toFailure(thrown)
  const networkCode = networkCodeOf(error)
  const status = error.$metadata?.httpStatusCode
  const details = {
    operation,
    serviceCode: isWordless(error) && status !== undefined ? `HTTP ${status}` : error.name,
    status,
    requestId: error.$metadata?.requestId,
    cause: thrown,
  }
  const message = messageOf(error)
  if (error.name === 'ResourceNotFoundException') return new NotFoundError(message, details)
  if (error.name === 'AccessDeniedException') return new AccessDeniedError(message, details)
  if (REFUSALS.has(error.name)) return new RetrievalRefusedError(message, details)
  const reason = CREDENTIALS.get(error.name)
  if (reason) return new CredentialsError(message, details, reason)
  if (CONNECTION.has(networkCode))
    return new ConnectionError(message, { ...details, serviceCode: networkCode })
  if (error.name === 'TimeoutError') return new ConnectionError(message, details)
  return new ServiceError(message, details)
}

/**
 * The error for credentials that could not be fetched. What their provider threw may be an answer of another service,
 * or a failure of the network: its status and its code say nothing about the request the credentials are for.
 *
 * @param reason - whether they could be fetched before
 */
export function toCredentialsError(
  operation: string,
  thrown: unknown,
  reason: 'missing' | 'unavailable',
): CredentialsError {
  const error = toFailure(thrown)
  const serviceCode = error instanceof ServiceError ? error.serviceCode : networkCodeOf(error) || error.name
  const details = { operation, serviceCode, cause: thrown }
  return new CredentialsError(`The credentials could not be fetched: ${messageOf(error)}`, details, reason)
}

function toFailure(thrown: unknown): RequestFailure {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

/** The code of Node's network errors; empty where there is none. */
function networkCodeOf({ code }: RequestFailure): string {
  return typeof code === 'string' ? code : ''
}

/** Whether an answer had none of the service's words: no body, as 408 at times, or the HTML of something in between. */
function isWordless({ name }: Error): boolean {
  return name === 'Unknown' || name === 'SyntaxError'
}

/** Node gives an empty message to a refused connection that was tried on several addresses. */
function messageOf(error: RequestFailure): string {
  if (isWordless(error) && error.$metadata) return "the answer was none of the service's"
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined
  const message = error.message || (inner instanceof Error ? inner.message : '') || 'no reason was given'
  return message === 'Region is missing'
    ? 'no region is set: give one in the client configuration, with --region or in AWS_REGION'
    : message
}
