/** The refusals of the simulated bucket, with the codes and statuses of S3. */
import { ServiceRefusal } from '../service/service.js'

/** An object, or something else, has changed meanwhile. */
export function conflict(): ServiceRefusal {
  return new ServiceRefusal(
    409,
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
  )
}

/** An object of the key exists. */
export function preconditionFailed(): ServiceRefusal {
  return new ServiceRefusal(
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold.',
  )
}

/** The upload was completed or aborted, or never begun. */
export function noSuchUpload(): ServiceRefusal {
  return new ServiceRefusal(
    404,
    'NoSuchUpload',
    'The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.',
  )
}

/** No object of the key exists. A response to HEAD has no code. */
export function notFound(): ServiceRefusal {
  return new ServiceRefusal(404, 'NoSuchKey', 'The specified key does not exist.')
}

/** The credentials do not permit the request. */
export function accessDenied(): ServiceRefusal {
  return new ServiceRefusal(403, 'AccessDenied', 'Access Denied')
}

/** The body does not have the SHA-256 that was signed. */
export function wrongBodyHash(computed: string): ServiceRefusal {
  return new ServiceRefusal(
    400,
    'XAmzContentSHA256Mismatch',
    `The provided 'x-amz-content-sha256' header does not match what was computed: ${computed}`,
  )
}

/** The object is archived and was not restored; or it is not archived, and cannot be. */
export function invalidState(message: string): ServiceRefusal {
  return new ServiceRefusal(403, 'InvalidObjectState', message)
}

/** A restore of the object is running. */
export function restoreInProgress(): ServiceRefusal {
  return new ServiceRefusal(409, 'RestoreAlreadyInProgress', 'Object restore is already in progress.')
}

/** The service has no capacity for an expedited restore. */
export function noCapacity(): ServiceRefusal {
  return new ServiceRefusal(
    503,
    'GlacierExpeditedRetrievalNotAvailable',
    'Glacier expedited retrievals are currently not available, please try again later.',
  )
}

/** No byte of the object is in the range. */
export function invalidRange(): ServiceRefusal {
  return new ServiceRefusal(416, 'InvalidRange', 'The requested range is not satisfiable.')
}

/** A value is not allowed. */
export function invalid(
  code:
    | 'BadDigest'
    | 'EntityTooLarge'
    | 'EntityTooSmall'
    | 'InvalidArgument'
    | 'InvalidPart'
    | 'InvalidPartOrder'
    | 'InvalidRequest',
  message: string,
): ServiceRefusal {
  return new ServiceRefusal(400, code, message)
}
