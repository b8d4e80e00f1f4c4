/**
 * What the local vault refuses a request with: the service's codes, statuses and texts
 * (docs/glacier-protocol.md#errors).
 *
 * Texts are the service's own where docs/glacier-protocol.md#error-texts quotes one; the others are ours.
 */

/** Characters of a text from a body that a message shows. */
const SHOWN_LENGTH = 200

/** A refusal: becomes the response's status and its body `{code, message, type}`. */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }

  /** Whose fault it is, as the body says. */
  get type(): 'Client' | 'Server' {
    return this.status < 500 ? 'Client' : 'Server'
  }
}

/** 400: a value that cannot be. */
export function invalidParameter(message: string): ServiceFault {
  return new ServiceFault(400, 'InvalidParameterValueException', message)
}

/** 400: a header or field that must be there. */
export function missingParameter(name: string): ServiceFault {
  return new ServiceFault(400, 'MissingParameterValueException', `Required parameter missing: ${name}`)
}

/** 404: there is no such thing. */
export function notFound(message: string): ServiceFault {
  return new ServiceFault(404, 'ResourceNotFoundException', message)
}

/** 403: the signature, the time or the payload's hash is wrong. */
export function invalidSignature(message: string): ServiceFault {
  return new ServiceFault(403, 'InvalidSignatureException', message)
}

/** 403: the body is not the one that was signed. */
export function payloadMismatch(computed: string, announced: string): ServiceFault {
  return invalidSignature(
    'The value passed in as x-amz-content-sha256 does not match the computed payload hash. ' +
      `Computed digest: ${computed} expected hash: ${announced}`,
  )
}

/** 403: known, but not allowed. */
export function accessDenied(message: string): ServiceFault {
  return new ServiceFault(403, 'AccessDeniedException', message)
}

/** 400: one more than there may be. */
export function limitExceeded(message: string): ServiceFault {
  return new ServiceFault(400, 'LimitExceededException', message)
}

/** 400, not 429: more requests than there may be. */
export function throttled(): ServiceFault {
  return new ServiceFault(400, 'ThrottlingException', 'Rate exceeded')
}

/** The code of the one refusal that has a status of failures, 503. */
export const NO_CAPACITY = 'InsufficientCapacityException'

/** 503, as the guide has it: there is no capacity for an Expedited retrieval. */
export function insufficientCapacity(): ServiceFault {
  return new ServiceFault(503, NO_CAPACITY, 'There is no capacity for Expedited retrievals.')
}

/** 408: the body of a request did not come. */
export function requestTimedOut(): ServiceFault {
  return new ServiceFault(408, 'RequestTimeoutException', 'Request timed out.')
}

/** What cannot be understood as a request of HTTP. */
export function badRequest(status: number, message: string): ServiceFault {
  return new ServiceFault(status, 'BadRequest', message)
}

/** 400: more than the policy for retrievals allows. */
export function policyEnforced(): ServiceFault {
  return new ServiceFault(
    400,
    'PolicyEnforcedException',
    'InitiateJob request denied by current data retrieval policy.',
  )
}

/** The beginning of a text from a body, which may be long, for a message. */
export function shortened(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text
}

/** What something gives; `undefined` where it finds that there is no such thing. */
export async function unlessNotFound<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ServiceFault && error.status === 404) return undefined
    throw error
  }
}

/**
 * What something gives that needs a thing which another request may delete or move meanwhile. Where the thing is gone,
 * that is told, and not the failure that it led to. Where it is there, one more attempt is made.
 *
 * @param assertThere - throws where the thing is gone
 */
export async function whileThere<T>(assertThere: () => Promise<unknown>, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch {
    await assertThere()
    return await act()
  }
}
