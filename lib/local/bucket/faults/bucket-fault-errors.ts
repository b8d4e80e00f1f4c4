/** The faults that are error responses of Amazon S3. */
import type { BucketFaultKind } from '../../faults/bucket-fault-kinds.js'
import {
  accessDenied,
  badDigest,
  BucketError,
  conditionalConflict,
  noSuchBucket,
  noSuchUpload,
  preconditionFailed,
} from '../service/bucket-error.js'
import type { BucketFaultRule } from './bucket-faults.js'

const REGION = 'xx-test-1'
const INTERNAL = 'We encountered an internal error. Please try again.'

const ERRORS: Readonly<Partial<Record<BucketFaultKind, () => BucketError>>> = {
  timeout: () =>
    new BucketError(
      400,
      'RequestTimeout',
      'Your socket connection to the server was not read from or written to within the timeout period.',
    ),
  throttle: () => new BucketError(503, 'SlowDown', 'Please reduce your request rate.'),
  'error-500': () => new BucketError(500, 'InternalError', INTERNAL),
  'error-503': () => new BucketError(503, 'ServiceUnavailable', 'Service is unable to handle request.'),
  'expired-token': () => new BucketError(400, 'ExpiredToken', 'The provided token has expired.'),
  'time-skewed': () =>
    new BucketError(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    ),
  'access-denied': () => accessDenied(),
  'wrong-region': () =>
    new BucketError(
      301,
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint.',
      {
        fields: { Endpoint: `s3.${REGION}.amazonaws.com` },
        headers: { 'x-amz-bucket-region': REGION },
      },
    ),
  'no-bucket': () => noSuchBucket('deleted-by-a-fault-rule'),
  'expired-upload': () => noSuchUpload('expired-by-a-fault-rule'),
  'checksum-mismatch': () =>
    badDigest('The checksum did not match the calculated checksum: by a fault rule.'),
  'precondition-failed': () => preconditionFailed('If-None-Match'),
  conflict: () => conditionalConflict('in-conflict-by-a-fault-rule'),
}

/** The error of a fault; `undefined` if the fault is not an error response. */
export function bucketErrorForFault({ fault, status = 500, code }: BucketFaultRule): BucketError | undefined {
  const isGiven = fault === 'error' || fault === 'error-after' || fault.startsWith('error-in-200')
  if (isGiven) return new BucketError(status, code ?? 'InternalError', INTERNAL)
  return ERRORS[fault]?.()
}
