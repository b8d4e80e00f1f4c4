/**
 * From whatever a request threw to the error a caller can branch on: by the service's code first
 * (docs/glacier-protocol.md#errors; the SDK's classes are matched by name). What has no answer is a failure of the
 * network, unless it is known to be something else.
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
  type ServiceErrorDetails,
} from '../../errors.js'
import { isCertificateCode, isMistake, networkCodeOf } from '../../store/network-failure.js'
import { ProxyRefusal } from '../proxy/proxy-error.js'

const CREDENTIALS: ReadonlyMap<string, CredentialsFailure> = new Map([
  ['CredentialsProviderError', 'missing'],
  ['ExpiredTokenException', 'expired'],
  ['InvalidSignatureException', 'rejected'],
  ['MissingAuthenticationTokenException', 'rejected'],
  ['UnrecognizedClientException', 'rejected'],
])

const REFUSALS: ReadonlySet<string> = new Set(['InsufficientCapacityException', 'PolicyEnforcedException'])

/** The parts of the SDK's and of Node's errors that tell them apart. */
interface RequestFailure extends Error {
  /** Whose mistake it is, in an error of the service's. */
  readonly $fault?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
}

/**
 * Where a failure comes from: `preparation` of the request, before anything was sent; the `transport`, which sends it
 * and reads the answer; `undefined` where that is not known.
 */
export type FailureOrigin = 'preparation' | 'transport' | undefined

/**
 * The error to throw for one a request threw; one of this package's own is returned as it is.
 *
 * @param operation - the operation's name in the service's model
 * @param signal - the request's signal: where it fired, the answer is an `AbortError` with its reason as cause
 */
export function toServiceError(
  operation: string,
  thrown: unknown,
  signal?: AbortSignal,
  origin?: FailureOrigin,
): GlacierPipeError {
  if (thrown instanceof GlacierPipeError) return thrown
  if (signal?.aborted) return new AbortError({ cause: signal.reason })
  const error = toFailure(thrown)
  const { httpStatusCode: status, requestId } = error.$metadata ?? {}
  const details = { operation, serviceCode: error.name, status, requestId, cause: thrown }
  if (isOfNetwork(error, status, origin)) {
    const serviceCode = networkCodeOf(error) || error.name
    const refusal = error instanceof ProxyRefusal ? error.status : undefined
    return new ConnectionError(messageOf(error, serviceCode), { ...details, serviceCode, status: refusal })
  }
  if (status !== undefined && isWordless(error)) return wordless({ ...details, status })
  const message = messageOf(error)
  if (error.name === 'ResourceNotFoundException') return new NotFoundError(message, details)
  if (error.name === 'AccessDeniedException') return new AccessDeniedError(message, details)
  if (REFUSALS.has(error.name)) return new RetrievalRefusedError(message, details)
  const reason = CREDENTIALS.get(error.name)
  return reason ? new CredentialsError(message, details, reason) : new ServiceError(message, details)
}

/** Whether no answer came, or none that could be read to its end. */
function isOfNetwork(error: RequestFailure, status: number | undefined, origin: FailureOrigin): boolean {
  if (origin === 'preparation' || error.$fault !== undefined || isMistake(error)) return false
  if (networkCodeOf(error) !== '' || error.name === 'TimeoutError') return true
  return origin === 'transport' && status === undefined
}

/** The error for an answer with none of the service's words. With a request ID it is the service's all the same. */
function wordless(details: ServiceErrorDetails & { readonly status: number }): ServiceError {
  const { operation, status, requestId, cause } = details
  if (requestId === undefined) return foreignAnswer(operation, status, cause)
  return new ServiceError('the service gave no reason', { ...details, serviceCode: `HTTP ${status}` })
}

/**
 * The error for an answer of something between here and the service: a proxy, a firewall, a captive portal.
 *
 * @param status - the HTTP status of the answer
 */
export function foreignAnswer(operation: string, status: number, cause?: unknown): ServiceError {
  return new ServiceError(
    `The answer is not the service's: HTTP ${status}, without the service's request ID and error code. ` +
      'A proxy, a firewall or a login page between this machine and the service may have given it.',
    { operation, serviceCode: 'UnexpectedResponse', status, cause },
  )
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

/**
 * Whether an error of an answer has none of the service's words: no body, as 408 at times, or the page or the JSON of
 * something in between. The SDK calls it `Unknown`, or after what it stumbled over as it parsed the body.
 */
function isWordless({ name }: RequestFailure): boolean {
  return /^(?:Unknown|\w*Error|[^A-Za-z].*|)$/.test(name)
}

/** Node gives an empty message to a refused connection that was tried on several addresses. */
function messageOf(error: RequestFailure, networkCode = ''): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined
  const message = error.message || (inner instanceof Error ? inner.message : '') || 'no reason was given'
  if (message === 'Region is missing')
    return 'no region is set: give one in the client configuration, with --region or in AWS_REGION'
  const line = message.replace(/\s+/g, ' ').trim() // OpenSSL's end with a line break
  return isCertificateCode(networkCode) ? `${line}. ${CERTIFICATE_ADVICE}` : line
}

const CERTIFICATE_ADVICE =
  'The certificate is not accepted. Where an authority of your own signed it, name its file in NODE_EXTRA_CA_CERTS.'
