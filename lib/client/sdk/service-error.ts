/**
 * Maps anything that a request threw to the error that a caller can branch on. The service's error code decides first
 * (docs/glacier-protocol.md#errors; the SDK's classes are matched by name). A failure without a response is a failure of
 * the network, unless it is known to be something else.
 *
 * This is the only file that decides on the text of a message. It sets `ServiceError.reason`, which all others read.
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
  type CredentialsErrorReason,
  type ServiceErrorDetails,
  type ServiceErrorReason,
} from '../../errors.js'
import { isCertificateCode, isMistake, networkCodeOf } from '../../store/network-failure.js'
import { asAbortError } from '../../streams/abort-error.js'
import { ProxyRefusal } from '../proxy/proxy-error.js'

const CREDENTIALS: ReadonlyMap<string, CredentialsErrorReason> = new Map([
  ['CredentialsProviderError', 'credentials-missing'],
  ['ExpiredTokenException', 'credentials-expired'],
  ['InvalidSignatureException', 'credentials-rejected'],
  ['MissingAuthenticationTokenException', 'credentials-rejected'],
  ['UnrecognizedClientException', 'credentials-rejected'],
])

/** The texts in which the service states the problem of a signed request (docs/glacier-protocol.md#error-texts). */
const SIGNED_REQUEST_TEXTS: readonly (readonly [RegExp, CredentialsErrorReason])[] = [
  [/Signature (?:expired|not yet current)/, 'signature-time'],
  [
    /^(?:Checksum mismatch: |The value passed in as x-amz-content-sha256 does not match)/,
    'body-hash-mismatch',
  ],
]

/** The texts by which the service distinguishes the situations of one code (docs/glacier-protocol.md#error-texts). */
const TEXTS: readonly (readonly [RegExp, ServiceErrorReason])[] = [
  ...SIGNED_REQUEST_TEXTS,
  [/Vault not found/, 'vault-not-found'],
  [/^The archive ID was not found/, 'archive-not-found'],
  [/^The upload ID was not found/, 'upload-not-found'],
  [/^The job ID was not found/, 'job-not-found'],
  [/Vault not empty or recently written to/, 'vault-not-empty'],
]

/** The text of the SDK for a client without a region; its error has no code. */
const MISSING_REGION = 'Region is missing'

const REFUSALS: ReadonlySet<string> = new Set(['InsufficientCapacityException', 'PolicyEnforcedException'])

/** The parts of the SDK's and of Node's errors that distinguish them. */
export interface RequestFailure extends Error {
  /** Whether the client or the service is at fault; only errors of the service have it. */
  readonly $fault?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
}

/**
 * The origin of a failure: `preparation` of the request, before anything was sent; the `transport`, which sends the
 * request and reads the response; `undefined` if it is not known.
 */
export type FailureOrigin = 'preparation' | 'transport' | undefined

/** Returns the error for a response of the service that refuses a request, or for one that is not the service's. */
export type RefusalMapping = (error: RequestFailure, details: ServiceErrorDetails) => ServiceError

/**
 * Returns the error to throw for one that a request threw. An error of this package is returned as it is.
 *
 * @param operation - the name of the operation in the service's model
 * @param signal - the request's signal; if it has fired, the result is an `AbortError` with its reason as cause
 */
export function toServiceError(
  operation: string,
  thrown: unknown,
  signal?: AbortSignal,
  origin?: FailureOrigin,
): GlacierPipeError {
  return toRequestError(operation, thrown, signal, origin, refusalOfGlacier)
}

/**
 * The same as {@link toServiceError}, for any service.
 *
 * @param toRefusal - maps everything that is not a failure of the network, of this machine or of the caller
 */
export function toRequestError(
  operation: string,
  thrown: unknown,
  signal: AbortSignal | undefined,
  origin: FailureOrigin,
  toRefusal: RefusalMapping,
): GlacierPipeError {
  const known = asAbortError(thrown, signal)
  if (known instanceof GlacierPipeError) return known
  if (signal?.aborted) return new AbortError({ cause: signal.reason })
  const error = toFailure(thrown)
  if (error.message === MISSING_REGION) return regionMissing(operation, thrown)
  const { httpStatusCode: status, requestId } = error.$metadata ?? {}
  const details = { operation, serviceCode: error.name, status, requestId, cause: thrown }
  if (isOfNetwork(error, status, origin)) {
    const serviceCode = networkCodeOf(error) || error.name
    const proxyStatus = error instanceof ProxyRefusal ? error.status : undefined
    return new ConnectionError(messageOf(error, serviceCode), {
      ...details,
      serviceCode,
      status: proxyStatus,
    })
  }
  return toRefusal(error, details)
}

const refusalOfGlacier: RefusalMapping = (error, details) => {
  const { status } = details
  if (status !== undefined && hasNoServiceCode(error)) return withoutServiceCode({ ...details, status })
  return refusal(messageOf(error), details)
}

function regionMissing(operation: string, cause: unknown): ServiceError {
  const message = 'no region is set: pass one in the client configuration, or set AWS_REGION'
  return new ServiceError(message, {
    operation,
    serviceCode: 'RegionMissing',
    cause,
    reason: 'region-missing',
  })
}

/** The error for a response of the service. */
function refusal(message: string, details: ServiceErrorDetails): ServiceError {
  const { serviceCode } = details
  const reason = reasonIn(message, TEXTS)
  if (serviceCode === 'ResourceNotFoundException') return new NotFoundError(message, { ...details, reason })
  if (serviceCode === 'AccessDeniedException') return new AccessDeniedError(message, details)
  if (REFUSALS.has(serviceCode)) return new RetrievalRefusedError(message, details)
  const byCode = CREDENTIALS.get(serviceCode)
  return byCode === undefined
    ? new ServiceError(message, { ...details, reason })
    : new CredentialsError(message, { ...details, reason: reasonIn(message, SIGNED_REQUEST_TEXTS) ?? byCode })
}

function reasonIn<Reason>(
  message: string,
  texts: readonly (readonly [RegExp, Reason])[],
): Reason | undefined {
  return texts.find(([text]) => text.test(message))?.[1]
}

/** Whether no response was received, or none that could be read to its end. */
function isOfNetwork(error: RequestFailure, status: number | undefined, origin: FailureOrigin): boolean {
  if (origin === 'preparation' || error.$fault !== undefined || isMistake(error)) return false
  if (networkCodeOf(error) !== '' || error.name === 'TimeoutError') return true
  return origin === 'transport' && status === undefined
}

/**
 * The error for a response without an error code of the service. With a request ID, it is the service's all the same: one
 * that refuses the request, or a success whose JSON was cut on the way.
 */
export function withoutServiceCode(details: ServiceErrorDetails & { readonly status: number }): ServiceError {
  const { operation, status, requestId, cause } = details
  if (requestId === undefined) return foreignResponse(operation, status, cause)
  if (status < 300)
    return new ServiceError('The response cannot be read.', { ...details, serviceCode: 'IncompleteResponse' })
  return new ServiceError('the service stated no reason', { ...details, serviceCode: `HTTP ${status}` })
}

/**
 * The error for a response of something between this machine and the service: a proxy, a firewall, a captive portal.
 *
 * @param status - the HTTP status of the response
 */
export function foreignResponse(operation: string, status: number, cause?: unknown): ServiceError {
  return new ServiceError(
    `The response did not come from the service: HTTP ${status}, without its request ID and error code. ` +
      'A proxy, a firewall or a login page between this machine and the service may have sent it.',
    { operation, serviceCode: 'UnexpectedResponse', status, cause },
  )
}

/**
 * The error for credentials that could not be fetched. Their provider may have thrown the response of another service,
 * or a failure of the network: its status and its code say nothing about the request that needs the credentials.
 *
 * @param reason - `credentials-unavailable` if they could be fetched before
 */
export function toCredentialsError(
  operation: string,
  thrown: unknown,
  reason: 'credentials-missing' | 'credentials-unavailable',
): CredentialsError {
  const error = toFailure(thrown)
  const serviceCode = error instanceof ServiceError ? error.serviceCode : networkCodeOf(error) || error.name
  const message = `The credentials could not be fetched: ${messageOf(error)}`
  return new CredentialsError(message, { operation, serviceCode, cause: thrown, reason })
}

function toFailure(thrown: unknown): RequestFailure {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

/**
 * Whether the error of a response has no error code of the service: a response without a body, as 408 at times, or the
 * page or the JSON of something in between. The SDK names such an error `Unknown`, or after the error of its parser.
 */
function hasNoServiceCode({ name }: RequestFailure): boolean {
  return /^(?:Unknown|\w*Error|[^A-Za-z].*|)$/.test(name)
}

/** The message of an error on one line. Node.js sets an empty one if a connection was refused at several addresses. */
export function messageOf(error: RequestFailure, networkCode = ''): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined
  const message = error.message || (inner instanceof Error ? inner.message : '') || 'no reason was stated'
  const line = message.replace(/\s+/g, ' ').trim() // messages of OpenSSL end with a line break
  return isCertificateCode(networkCode) ? `${line}. ${CERTIFICATE_ADVICE}` : line
}

const CERTIFICATE_ADVICE =
  'The certificate is not accepted. If an authority of your own signed it, name its file in NODE_EXTRA_CA_CERTS.'
