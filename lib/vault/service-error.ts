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
} from '../errors.js'

const CREDENTIALS: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'ExpiredTokenException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
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
  const error = (thrown instanceof Error ? thrown : new Error(String(thrown))) as RequestFailure
  const networkCode = typeof error.code === 'string' ? error.code : ''
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
  if (CREDENTIALS.has(error.name)) return new CredentialsError(message, details)
  if (CONNECTION.has(networkCode))
    return new ConnectionError(message, { ...details, serviceCode: networkCode })
  if (error.name === 'TimeoutError') return new ConnectionError(message, details)
  return new ServiceError(message, details)
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
