/**
 * What a failed request says about the next one. The service's code counts first, for its statuses are not the usual
 * ones (throttling is 400, 408 may come without a body: docs/glacier-protocol.md#errors), then the HTTP status. A
 * failure without an answer is worth another attempt, whatever its code, except where a certificate is not accepted.
 */
import {
  AbortError,
  ConnectionError,
  CredentialsError,
  ServiceError,
  SizeMismatchError,
  TreeHashMismatchError,
  type CredentialsFailure,
} from '../errors.js'
import { isCertificateCode, neverArrived } from './network-failure.js'

/**
 * - `transient`: worth another attempt after a pause
 * - `slow`: the same, and less at once would do better: 408, a timeout
 * - `throttled`: the same, asked for by the service
 * - `expired`: worth another with fresh credentials
 * - `corrupted`: bytes arrived as others than were sent, an answer is not the service's, or a proxy refused: worth a
 *   few more
 * - `final`: another attempt would fail as this one did
 */
export type FailureKind = 'transient' | 'slow' | 'throttled' | 'expired' | 'corrupted' | 'final'

const BY_CODE: Readonly<Record<string, FailureKind>> = {
  ExpiredTokenException: 'expired',
  InternalFailure: 'transient',
  InternalServerError: 'transient',
  RequestTimeoutException: 'slow',
  ServiceUnavailableException: 'transient',
  SlowDown: 'throttled',
  ThrottlingException: 'throttled',
  TimeoutError: 'slow',
  TooManyRequestsException: 'throttled',
  ETIMEDOUT: 'slow',
}

/** Codes of this package's own, for what something between here and the service may have caused. */
const DOUBTFUL: ReadonlySet<string> = new Set(['IncompleteAnswer', 'ProxyRefused', 'UnexpectedResponse'])

/** Credentials that could not be fetched, whatever their provider said. */
const BY_REASON: Readonly<Partial<Record<CredentialsFailure, FailureKind>>> = {
  missing: 'final',
  unavailable: 'transient',
}

const BY_STATUS: Readonly<Record<number, FailureKind>> = {
  408: 'slow',
  429: 'throttled',
  500: 'transient',
  502: 'transient',
  503: 'transient',
  504: 'transient',
}

/** Codes that are final whatever their status: what they say does not change by itself. */
const FINAL: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'InsufficientCapacityException',
  'InvalidParameterValueException',
  'LimitExceededException',
  'LocalStorageException', // of the local vault, whose disk is full or broken
  'MissingParameterValueException',
  'NoLongerSupportedException',
  'PolicyEnforcedException',
  'ResourceNotFoundException',
])

/** Statuses that say, whoever answers, that the request was not taken. */
const NOT_TAKEN: ReadonlySet<number> = new Set([408, 429])

/** Texts by which the service says that what came is not what was hashed, or is signed for another time. */
const WRONG_HASH = /^\S+: (?:Checksum mismatch: |The value passed in as x-amz-content-sha256 does not match)/
const WRONG_TIME = /Signature (?:expired|not yet current)/

/** What a failed request says about the next one. */
export function failureKindOf(error: unknown): FailureKind {
  if (error instanceof TreeHashMismatchError || error instanceof SizeMismatchError) return 'corrupted'
  if (!(error instanceof ServiceError)) return 'final'
  const unfetched = error instanceof CredentialsError ? BY_REASON[error.reason] : undefined
  if (unfetched) return unfetched
  const { message, serviceCode, status } = error
  if (WRONG_HASH.test(message)) return 'corrupted'
  if (WRONG_TIME.test(message)) return 'transient' // each attempt is signed anew, by the clock the service answered with
  if (FINAL.has(serviceCode) || isCertificateCode(serviceCode)) return 'final'
  const kind = BY_CODE[serviceCode] ?? (status === undefined ? undefined : BY_STATUS[status])
  if (kind) return kind
  if (DOUBTFUL.has(serviceCode)) return 'corrupted'
  return error instanceof ConnectionError ? 'transient' : 'final'
}

/** Whether the service may have done what was asked although the request failed. */
export function mayHaveActed(error: unknown): boolean {
  if (error instanceof AbortError || error instanceof TreeHashMismatchError) return true
  if (!(error instanceof ServiceError)) return false
  if (error instanceof ConnectionError) return !neverArrived(error.cause, error.serviceCode)
  const { serviceCode, status = 0 } = error
  return (DOUBTFUL.has(serviceCode) && !NOT_TAKEN.has(status)) || status >= 500
}
