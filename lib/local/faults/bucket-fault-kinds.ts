/** The kinds of faults of a local bucket. Those that a local vault has, too, have the same names. */

/** The kinds. */
export const BUCKET_FAULT_KINDS = [
  'error', // an error response with any status and code; nothing else is done
  'error-after', // the request is carried out, and the response is such an error
  'error-in-200', // 200 with an error in the body; nothing else is done
  'error-in-200-after', // the request is carried out, and the response is 200 with an error in the body
  'empty-200', // the request is carried out, and the response is 200 with an empty body
  'timeout', // 400 `RequestTimeout`
  'throttle', // 503 `SlowDown`
  'error-500', // 500 `InternalError`
  'error-503', // 503 `ServiceUnavailable`
  'error-html', // 503 and a page of HTML, as from a proxy
  'expired-token', // 400 `ExpiredToken`
  'time-skewed', // 403 `RequestTimeTooSkewed`
  'access-denied', // 403 `AccessDenied`
  'wrong-region', // 301 `PermanentRedirect`, to `xx-test-1`
  'no-bucket', // 404 `NoSuchBucket`
  'expired-upload', // 404 `NoSuchUpload`
  'checksum-mismatch', // 400 `BadDigest`
  'precondition-failed', // 412 `PreconditionFailed`
  'conflict', // 409 `ConditionalRequestConflict`
  'reset-before', // the connection is reset after the headers of the request
  'reset-amid', // the connection is reset in the middle of the body
  'lose-answer', // the request is carried out, and the connection is reset instead of a response
  'stall', // the request is read, and no response is sent
  'wrong-hash', // the request is carried out, and the checksums in the response are others
  'no-hash', // the request is carried out, and the response has no checksums
  'cut-output', // half of the output is sent, then the connection is reset
  'corrupt-output', // one bit in the middle of the output is inverted
  'whole-output', // the response to a request for a range is the whole object
  'other-range', // the response to a request for a range is another range of the same size
  'slow', // the body and the output are transferred at `bytesPerSecond`
] as const

/** The kind of a fault of a local bucket: one of {@link BUCKET_FAULT_KINDS}. */
export type BucketFaultKind = (typeof BUCKET_FAULT_KINDS)[number]
