/**
 * The errors of the local vault's API: the service's codes, statuses and messages (docs/glacier-protocol.md#errors).
 *
 * Messages are the service's own where docs/glacier-protocol.md#error-texts quotes one. The others are ours.
 */

/** The number of characters of a text from a body that a message shows. */
const MAX_SHOWN_CHARACTERS = 200

/** An error response: its status and its body `{ code, message, type }`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** The HTTP status. */
  readonly status: number
  /** The service's error code, such as `ResourceNotFoundException`. */
  readonly code: string

  /**
   * @param status - the HTTP status
   * @param code - the service's error code
   * @param message - the message in the body
   */
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }

  /** Whether the client or the server caused the error, as the body states it. */
  get type(): 'Client' | 'Server' {
    return this.status < 500 ? 'Client' : 'Server'
  }
}

/** 400: a value that is not valid. */
export function invalidParameter(message: string): ApiError {
  return new ApiError(400, 'InvalidParameterValueException', message)
}

/** 400: a required header or field is missing. */
export function missingParameter(name: string): ApiError {
  return new ApiError(400, 'MissingParameterValueException', `Required parameter missing: ${name}`)
}

/** 404: the vault, archive, upload or job does not exist. */
export function notFound(message: string): ApiError {
  return new ApiError(404, 'ResourceNotFoundException', message)
}

/** 403: the signature, its time or the hash of the payload is wrong. */
export function invalidSignature(message: string): ApiError {
  return new ApiError(403, 'InvalidSignatureException', message)
}

/** 403: the body is not the one that was signed. */
export function payloadMismatch(computed: string, announced: string): ApiError {
  return invalidSignature(
    'The value passed in as x-amz-content-sha256 does not match the computed payload hash. ' +
      `Computed digest: ${computed} expected hash: ${announced}`,
  )
}

/** 403: the caller is known, but not allowed to do this. */
export function accessDenied(message: string): ApiError {
  return new ApiError(403, 'AccessDeniedException', message)
}

/** 400: a limit on the number of vaults, tags or capacity units is reached. */
export function limitExceeded(message: string): ApiError {
  return new ApiError(400, 'LimitExceededException', message)
}

/** 400, not 429: more requests than a budget allows. */
export function throttled(): ApiError {
  return new ApiError(400, 'ThrottlingException', 'Rate exceeded')
}

/** The code of the only error that has the status of a server failure, 503, but is a refusal. */
export const NO_CAPACITY = 'InsufficientCapacityException'

/** 503, as in the guide: there is no capacity for an Expedited retrieval. */
export function insufficientCapacity(): ApiError {
  return new ApiError(503, NO_CAPACITY, 'There is no capacity for Expedited retrievals.')
}

/** 408: the body of a request was not received. */
export function requestTimedOut(): ApiError {
  return new ApiError(408, 'RequestTimeoutException', 'Request timed out.')
}

/** A request that is not valid HTTP, or that this server does not support. */
export function badRequest(status: number, message: string): ApiError {
  return new ApiError(status, 'BadRequest', message)
}

/** 400: more than the data retrieval policy allows. */
export function policyEnforced(): ApiError {
  return new ApiError(
    400,
    'PolicyEnforcedException',
    'InitiateJob request denied by current data retrieval policy.',
  )
}

/** The beginning of a text from a body, for a message: the text may be long. */
export function shortened(text: string): string {
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text
}
