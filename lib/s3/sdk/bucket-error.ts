/**
 * Maps anything that a request to S3 threw to the error that a caller can branch on: by the error code in the response,
 * and by its status where S3 sends no body, as to HEAD. No text decides.
 */
import type { ResponseHead } from '../../client/sdk/request-attempt.js'
import {
  messageOf,
  toRequestError,
  withoutServiceCode,
  type FailureOrigin,
  type RequestFailure,
} from '../../client/sdk/service-error.js'
import {
  AccessDeniedError,
  CredentialsError,
  NotFoundError,
  RetrievalRefusedError,
  ServiceError,
  type CredentialsErrorReason,
  type GlacierPipeError,
  type ServiceErrorDetails,
} from '../../errors.js'
import { escaped } from '../../options/check-options.js'
import { refusalFor } from './refusals.js'

/** Characters of a message of the service that are shown: it may come from another server. */
const MAX_MESSAGE_LENGTH = 1000

/** The codes of the refusals to which S3 sends no body: those to HEAD. */
const CODES_OF_HEAD: Readonly<Record<number, string>> = {
  301: 'PermanentRedirect',
  403: 'AccessDenied',
  404: 'NotFound',
  412: 'PreconditionFailed',
}

/** The codes for a bucket of another region. */
const OTHER_REGION: ReadonlySet<string> = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'PermanentRedirect',
])

/**
 * The fields of an error of the SDK that are kept. It copies every field of the response: the session token is in that of
 * `ExpiredToken`, and in the canonical request of `SignatureDoesNotMatch`.
 */
const KEPT: ReadonlySet<string> = new Set([
  ...['name', 'message', 'stack', 'cause', 'code', 'errno', 'syscall'],
  ...['$fault', '$metadata', 'Code', 'Region'],
])

/** An error of the SDK for S3, with the fields of the response. */
interface S3Failure extends RequestFailure {
  readonly Code?: unknown
  readonly Region?: unknown
}

/**
 * Returns the error to throw for one that a request threw. An error of this package is returned as it is.
 *
 * @param operation - the name of the operation in the service's model
 * @param head - the response, if one was received
 */
export function toBucketError(
  operation: string,
  thrown: unknown,
  signal: AbortSignal | undefined,
  origin: FailureOrigin,
  head: ResponseHead | undefined,
): GlacierPipeError {
  return toRequestError(operation, thrown, signal, origin, (error, details) => {
    removeSecrets(error)
    return refusalOf(error, details, head)
  })
}

function refusalOf(
  error: S3Failure,
  details: ServiceErrorDetails,
  head: ResponseHead | undefined,
): ServiceError {
  const { status = 0 } = details
  const region = regionOf(error, head)
  const code = codeOf(error, details, region)
  if (code === undefined) return withoutServiceCode({ ...details, status })
  if (OTHER_REGION.has(code) && (code !== 'AuthorizationHeaderMalformed' || region !== undefined))
    return wrongRegion(region, { ...details, serviceCode: code })
  return classified(shownMessage(error, code), { ...details, serviceCode: code })
}

function classified(message: string, details: ServiceErrorDetails): ServiceError {
  const { operation, serviceCode } = details
  const { kind, reason, advice } = refusalFor(operation, serviceCode)
  const text = advice === undefined ? message : `${message} ${advice}`
  const known = { ...details, reason }
  switch (kind) {
    case 'missing':
      return new NotFoundError(text, known)
    case 'denied':
      return new AccessDeniedError(text, known)
    case 'credentials':
      return new CredentialsError(text, { ...details, reason: reason as CredentialsErrorReason })
    case 'retrieval':
      return new RetrievalRefusedError(text, known)
    default:
      return new ServiceError(text, known)
  }
}

function wrongRegion(region: string | undefined, details: ServiceErrorDetails): ServiceError {
  const message =
    region === undefined
      ? 'The bucket is in another region than the one the request went to. Use the region of the bucket.'
      : `The bucket is in the region ${region}, and the request went to another one. Use the region ${region}.`
  return new ServiceError(message, { ...details, reason: 'wrong-region' })
}

/**
 * The error code of a response, or the name of the error of a request that was not sent; `undefined` if a response has no
 * code. The SDK names any 404 without a code `NotFound`, also the page of something in between: only a response to HEAD has
 * no body.
 */
function codeOf(
  { Code, name }: S3Failure,
  { operation, status, requestId }: ServiceErrorDetails,
  region: string | undefined,
): string | undefined {
  if (typeof Code === 'string' && /^[A-Za-z][\w.-]{0,99}$/.test(Code)) return Code
  if (status === undefined) return name
  if (!operation.startsWith('Head')) return undefined
  // A page to sign in redirects as well.
  if (status === 301 && region === undefined && requestId === undefined) return undefined
  return status === 400 && region !== undefined ? 'PermanentRedirect' : CODES_OF_HEAD[status]
}

/** The region of the bucket, if the response says it. */
function regionOf({ Region }: S3Failure, head: ResponseHead | undefined): string | undefined {
  return regionName(head?.headers['x-amz-bucket-region'] ?? Region)
}

/** The name of a region that a response states; `undefined` if it has not the form of one. */
export function regionName(stated: unknown): string | undefined {
  return typeof stated === 'string' && /^[a-z]{2}[a-z0-9-]{1,38}$/.test(stated) ? stated : undefined
}

/** The message of the service as a sentence. */
function shownMessage(error: S3Failure, code: string): string {
  const line = messageOf(error)
  // The SDK's texts for a response without a message.
  const isStated = !['UnknownError', 'Unknown', code].includes(line)
  const text = escaped(isStated ? line.slice(0, MAX_MESSAGE_LENGTH) : 'The service stated no reason')
  return text.replace(/\.?$/, '.')
}

function removeSecrets(error: S3Failure): void {
  for (const name of Object.keys(error)) if (!KEPT.has(name)) Reflect.deleteProperty(error, name)
}
