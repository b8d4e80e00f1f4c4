/**
 * The errors of the local bucket: the codes, statuses and messages of Amazon S3. Where S3 documents a message, it is S3's own.
 */
import { ApiError } from '../../service/api-error.js'

/** The parts of an error response besides its code and message. */
export interface ErrorDetails {
  /** Further elements of the body, such as `Region`. */
  readonly fields?: Readonly<Record<string, string>>
  /** Further headers of the response. */
  readonly headers?: Readonly<Record<string, string>>
}

/** An error response of the local bucket, with a code of Amazon S3. */
export class BucketError extends ApiError {
  /** Further elements of the body. */
  readonly fields: Readonly<Record<string, string>>
  /** Further headers of the response. */
  readonly headers: Readonly<Record<string, string>>

  /**
   * @param status - the HTTP status
   * @param code - the code, such as `NoSuchKey`
   * @param message - the message in the body
   * @param details - further elements and headers
   */
  constructor(
    status: number,
    code: string,
    message: string,
    { fields = {}, headers = {} }: ErrorDetails = {},
  ) {
    super(status, code, message)
    this.fields = fields
    this.headers = headers
  }
}

/** 400: a header or parameter has a wrong value. */
export function invalidArgument(message: string, name: string, value: string): BucketError {
  return new BucketError(400, 'InvalidArgument', message, {
    fields: { ArgumentName: name, ArgumentValue: value },
  })
}

/** 400: the request as a whole is not valid. */
export function invalidRequest(message: string): BucketError {
  return new BucketError(400, 'InvalidRequest', message)
}

/** 404: the bucket does not exist. */
export function noSuchBucket(bucket: string): BucketError {
  return new BucketError(404, 'NoSuchBucket', 'The specified bucket does not exist', {
    fields: { BucketName: bucket },
  })
}

/** 404: the object does not exist. */
export function noSuchKey(key: string): BucketError {
  return new BucketError(404, 'NoSuchKey', 'The specified key does not exist.', { fields: { Key: key } })
}

/** 404: the upload does not exist, or is over. */
export function noSuchUpload(uploadId: string): BucketError {
  return new BucketError(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { fields: { UploadId: uploadId } },
  )
}

/** 403: the caller is known, but may not do this. */
export function accessDenied(message = 'Access Denied'): BucketError {
  return new BucketError(403, 'AccessDenied', message)
}

/** 412: a condition of the request does not hold. */
export function preconditionFailed(condition: string): BucketError {
  return new BucketError(
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    { fields: { Condition: condition } },
  )
}

/** 409: another conditional write of the same key is under way. */
export function conditionalConflict(key: string): BucketError {
  return new BucketError(
    409,
    'ConditionalRequestConflict',
    'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    { fields: { Key: key } },
  )
}

/** 400: a checksum or an MD5 is not that of the body. */
export function badDigest(message: string): BucketError {
  return new BucketError(400, 'BadDigest', message)
}

/** 400: the XML of the body is not what the operation needs. */
export function malformedXml(): BucketError {
  return new BucketError(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  )
}

/** 400: the body has fewer or more bytes than were announced. */
export function incompleteBody(): BucketError {
  return new BucketError(
    400,
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  )
}

/** 501: an operation or a header that the local bucket does not have. */
export function notImplemented(what: string): BucketError {
  return new BucketError(501, 'NotImplemented', `The local bucket does not implement ${what}.`)
}
