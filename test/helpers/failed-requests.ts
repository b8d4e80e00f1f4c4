/** The errors of failed requests, as a client throws them. */
import { toServiceError } from '../../lib/client/sdk/service-error.js'

/** The error for a response, as the SDK throws it. */
export function answer(status: number, name: string, message = 'the reason'): Error {
  return toServiceError(
    'UploadMultipartPart',
    Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } }),
  )
}

/** The error for a failed connection, as the SDK throws it. */
export function failure(code: string, name = 'Error'): Error {
  return toServiceError('UploadMultipartPart', Object.assign(new Error('the reason'), { name, code }))
}

/** A response of 408. */
export const timeout: Error = answer(408, 'RequestTimeoutException')
/** A throttled request. */
export const throttled: Error = answer(400, 'ThrottlingException', 'Rate exceeded')
/** A connection that was reset. */
export const reset: Error = failure('ECONNRESET', 'TimeoutError')
