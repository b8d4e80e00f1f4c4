/**
 * The meaning of a failed request for the next attempt. A reason or an error code decides first, since the statuses of
 * the service are not the usual ones (throttling is 400, 408 may come without a body: docs/glacier-protocol.md#errors),
 * then the HTTP status. A failure without a response is worth another attempt, whatever its code, unless a certificate
 * is not accepted.
 */
import {
  AbortError,
  ConnectionError,
  ServiceError,
  SizeMismatchError,
  HashMismatchError,
  type ServiceErrorReason,
} from '../errors.js'
import { isCertificateCode, neverArrived } from './network-failure.js'

/**
 * - `transient`: worth another attempt after a pause
 * - `slow`: the same, and fewer requests at once may help: 408, a timeout
 * - `throttled`: the same, at the request of the service
 * - `expired`: worth another attempt with fresh credentials
 * - `corrupted`: the bytes that arrived differ from those that were sent, the response did not come from the service, a
 *   proxy refused, or another request changes the same object: worth a few more attempts
 * - `final`: another attempt would fail as well
 */
export type FailureKind = 'transient' | 'slow' | 'throttled' | 'expired' | 'corrupted' | 'final'

/** A reason that is not listed says nothing about the next attempt: the code and the status decide. */
const BY_REASON: Readonly<Partial<Record<ServiceErrorReason, FailureKind>>> = {
  'credentials-missing': 'final',
  'credentials-unavailable': 'transient',
  'credentials-expired': 'expired',
  'signature-time': 'transient', // each attempt is signed again, by the time in the service's response
  'body-hash-mismatch': 'corrupted',
}

const BY_CODE: Readonly<Record<string, FailureKind>> = {
  BadDigest: 'corrupted',
  ExpiredToken: 'expired',
  ExpiredTokenException: 'expired',
  IncompleteBody: 'corrupted',
  InternalError: 'transient',
  InternalFailure: 'transient',
  InternalServerError: 'transient',
  InvalidDigest: 'corrupted',
  'KMS.ThrottlingException': 'throttled',
  OperationAborted: 'transient', // another request changes the same object or bucket
  RequestTimeout: 'slow',
  RequestTimeoutException: 'slow',
  RequestTimeTooSkewed: 'transient', // the next attempt is signed by the time in the response
  ServiceUnavailable: 'transient',
  ServiceUnavailableException: 'transient',
  SlowDown: 'throttled',
  TemporaryRedirect: 'transient', // a new bucket, whose name is not known everywhere
  ThrottlingException: 'throttled',
  TimeoutError: 'slow',
  TooManyRequestsException: 'throttled',
  XAmzContentSHA256Mismatch: 'corrupted',
  ETIMEDOUT: 'slow',
}

/** Codes of this package, for failures that something between this machine and the service may have caused. */
const DOUBTFUL: ReadonlySet<string> = new Set(['IncompleteResponse', 'ProxyRefused', 'UnexpectedResponse'])

/**
 * Another request writes the same key: it may be an attempt of ours that had no response. S3 asks to repeat PutObject. A
 * completion that is repeated a few times finds the object of the other request, or that the upload is gone
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 */
const CONFLICT = 'ConditionalRequestConflict'

const BY_STATUS: Readonly<Record<number, FailureKind>> = {
  408: 'slow',
  429: 'throttled',
  500: 'transient',
  502: 'transient',
  503: 'transient',
  504: 'transient',
}

/**
 * Codes that are final whatever their status: what they say does not change by itself. S3 may send any of its codes in the
 * body of a success, which counts as the status 500.
 */
const FINAL: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'EntityTooLarge',
  'EntityTooSmall',
  'GlacierExpeditedRetrievalNotAvailable',
  'InsufficientCapacityException',
  'InvalidArgument',
  'InvalidObjectState',
  'InvalidParameterValueException',
  'InvalidPart',
  'InvalidPartOrder',
  'InvalidRequest',
  'InvalidStorageClass',
  'KMS.AccessDeniedException',
  'KMS.DisabledException',
  'KMS.KMSInvalidStateException',
  'KMS.NotFoundException',
  'KeyTooLongError',
  'LimitExceededException',
  'LocalStorageException', // of the local vault, whose disk is full or broken
  'MissingParameterValueException',
  'NoLongerSupportedException',
  'NoSuchBucket',
  'NoSuchKey',
  'NoSuchUpload',
  'NotImplemented',
  'PermanentRedirect',
  'PolicyEnforcedException',
  'PreconditionFailed',
  'ResourceNotFoundException',
])

/** Statuses that mean that the request was not accepted, even if a proxy responds. */
const NOT_ACCEPTED: ReadonlySet<number> = new Set([408, 429])

/** The meaning of a failed request for the next attempt. */
export function failureKindOf(error: unknown): FailureKind {
  if (error instanceof HashMismatchError || error instanceof SizeMismatchError) return 'corrupted'
  if (!(error instanceof ServiceError)) return 'final'
  const { operation, reason, serviceCode, status } = error
  const byReason = reason && BY_REASON[reason]
  if (byReason) return byReason
  if (serviceCode === CONFLICT) return operation === 'PutObject' ? 'transient' : 'corrupted'
  if (FINAL.has(serviceCode) || isCertificateCode(serviceCode)) return 'final'
  const kind = BY_CODE[serviceCode] ?? (status === undefined ? undefined : BY_STATUS[status])
  if (kind) return kind
  if (DOUBTFUL.has(serviceCode)) return 'corrupted'
  return error instanceof ConnectionError ? 'transient' : 'final'
}

/** Whether the service may have carried out a request that failed. */
export function mayHaveActed(error: unknown): boolean {
  if (error instanceof AbortError || error instanceof HashMismatchError) return true
  if (!(error instanceof ServiceError)) return false
  if (error instanceof ConnectionError) return !neverArrived(error.cause, error.serviceCode)
  const { serviceCode, status = 0 } = error
  return (DOUBTFUL.has(serviceCode) && !NOT_ACCEPTED.has(status)) || status >= 500
}
