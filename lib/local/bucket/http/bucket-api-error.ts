/** The error response of Amazon S3 for any error that was thrown. */
import { apiErrorOf } from '../../transport/thrown-error.js'
import { BucketError } from '../service/bucket-error.js'

/** The codes of Amazon S3 for those that all local servers have. */
const CODES: Readonly<Record<string, readonly [status: number, code: string]>> = {
  RequestTimeoutException: [400, 'RequestTimeout'],
  ServiceUnavailableException: [500, 'InternalError'],
}

/** The error response for any error. */
export function bucketApiError(error: unknown): BucketError {
  const found = apiErrorOf(error)
  const [status, code] = CODES[found.code] ?? [found.status, found.code]
  return found instanceof BucketError ? found : new BucketError(status, code, found.message)
}
