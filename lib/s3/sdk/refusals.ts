/**
 * The error codes of S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html): what each of them means for
 * the caller, and the remedy. `store/failure.ts` decides whether another attempt is worth it.
 */
import type { ServiceErrorReason } from '../../errors.js'

/** The meaning of an error code. */
export interface Refusal {
  /** The class of the error; default `service`. */
  readonly kind?: 'missing' | 'denied' | 'credentials' | 'retrieval' | 'service' | undefined
  /** Default none. */
  readonly reason?: ServiceErrorReason | undefined
  /** The remedy, as sentences; default none. */
  readonly advice?: string | undefined
}

const BUCKET_MISSING: Refusal = {
  kind: 'missing',
  reason: 'bucket-not-found',
  advice: 'Check the name of the bucket, or create it.',
}
const OBJECT_MISSING: Refusal = {
  kind: 'missing',
  reason: 'object-not-found',
  advice: 'Check the key; a list of the bucket shows the keys.',
}
const EXPIRED: Refusal = {
  kind: 'credentials',
  reason: 'credentials-expired',
  advice: 'Get new credentials, and try again.',
}
const REJECTED: Refusal = {
  kind: 'credentials',
  reason: 'credentials-rejected',
  advice: 'Check the access key, its secret and the session token.',
}
const WRONG_TIME: Refusal = {
  kind: 'credentials',
  reason: 'signature-time',
  advice: 'Check the clock of this machine.',
}
const UPLOAD_MISSING: Refusal = {
  kind: 'missing',
  reason: 'upload-not-found',
  advice: 'The upload was completed or aborted, or a lifecycle rule of the bucket has removed it.',
}
const WRONG_HASH: Refusal = {
  reason: 'body-hash-mismatch',
  advice:
    'The bytes that arrived are not those that were sent. If it persists, something on the way changes them.',
}
const REFUSED_COMPLETION = 'completion-refused'

const CODES: Readonly<Record<string, Refusal>> = {
  NoSuchBucket: BUCKET_MISSING,
  NoSuchKey: OBJECT_MISSING,
  NoSuchVersion: OBJECT_MISSING,
  NotFound: OBJECT_MISSING, // the SDK's name for a 404 without a body
  NoSuchUpload: UPLOAD_MISSING,
  ExpiredToken: EXPIRED,
  TokenRefreshRequired: EXPIRED,
  InvalidAccessKeyId: REJECTED,
  InvalidSecurity: REJECTED,
  InvalidToken: REJECTED,
  MissingSecurityHeader: REJECTED,
  NotSignedUp: REJECTED,
  SignatureDoesNotMatch: REJECTED,
  AuthorizationHeaderMalformed: REJECTED,
  RequestTimeTooSkewed: WRONG_TIME,
  RequestExpired: WRONG_TIME,
  BadDigest: WRONG_HASH,
  InvalidDigest: WRONG_HASH,
  XAmzContentSHA256Mismatch: WRONG_HASH,
  ConditionalRequestConflict: {
    reason: 'conditional-conflict',
    advice: 'Another request changes this key at the same time. If it persists, choose another key.',
  },
  EntityTooLarge: { advice: 'A part has at most 5 GiB, and an object at most 10,000 parts.' },
  EntityTooSmall: { advice: 'Each part but the last must have at least 5 MiB.' },
  GlacierExpeditedRetrievalNotAvailable: { kind: 'retrieval' },
  InvalidStorageClass: { advice: 'The bucket does not have this storage class: choose another one.' },
  KeyTooLongError: { advice: 'A key has at most 1,024 bytes.' },
  NotImplemented: {
    advice: 'The server does not know this operation or one of its headers, as some servers other than S3.',
  },
  RestoreAlreadyInProgress: {
    reason: 'restore-in-progress',
    advice: 'Wait until the restore that is running is done.',
  },
  SlowDown: { advice: 'The service asks for fewer requests at once.' },
  TemporaryRedirect: {
    advice:
      'The bucket is new, and its name is not known everywhere yet. Use the region of the bucket, or wait.',
  },
}

/** S3 has a code of its own for it, and radosgw has none. */
const PERHAPS_NO_CLASS: Refusal = {
  advice: 'Servers other than S3 say this of a storage class that they do not have as well: STANDARD exists.',
}

/** The meaning of a code that has another one for this operation. */
const BY_OPERATION: Readonly<Record<string, Readonly<Record<string, Refusal>>>> = {
  HeadBucket: { NotFound: BUCKET_MISSING },
  DeleteObject: {
    PreconditionFailed: {
      reason: 'object-changed',
      advice: 'The object was replaced in the meantime, and the new one is kept.',
    },
  },
  GetObject: {
    InvalidObjectState: {
      reason: 'not-restored',
      advice: 'The object is archived: restore it, and wait until it is restored.',
    },
    PreconditionFailed: {
      reason: 'object-changed',
      advice: 'The object was replaced in the meantime: begin again, or name its version.',
    },
  },
  RestoreObject: {
    InvalidObjectState: {
      reason: 'not-archived',
      advice: 'The object is of a storage class from which nothing is restored: it can be read at once.',
    },
  },
  CreateMultipartUpload: { InvalidArgument: PERHAPS_NO_CLASS },
  PutObject: { InvalidArgument: PERHAPS_NO_CLASS },
  ListParts: { NoSuchKey: UPLOAD_MISSING }, // of radosgw
  CompleteMultipartUpload: {
    BadDigest: { reason: REFUSED_COMPLETION },
    EntityTooSmall: {
      reason: REFUSED_COMPLETION,
      advice: 'Each part but the last must have at least 5 MiB.',
    },
    InvalidPart: { reason: REFUSED_COMPLETION },
    InvalidPartOrder: { reason: REFUSED_COMPLETION },
    InvalidRequest: { reason: REFUSED_COMPLETION },
  },
}

const EXISTS: Refusal = {
  reason: 'exists',
  advice: 'An object of this key exists, and is not overwritten unless that is permitted.',
}

/** The permissions of the operations, for a refusal. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  AbortMultipartUpload: 's3:AbortMultipartUpload',
  CompleteMultipartUpload: 's3:PutObject',
  CreateMultipartUpload: 's3:PutObject',
  DeleteObject: 's3:DeleteObject',
  GetObject: 's3:GetObject',
  GetObjectAttributes: 's3:GetObject and s3:GetObjectAttributes',
  HeadBucket: 's3:ListBucket',
  HeadObject: 's3:GetObject',
  ListMultipartUploads: 's3:ListBucketMultipartUploads',
  ListObjectsV2: 's3:ListBucket',
  ListParts: 's3:ListMultipartUploadParts',
  PutObject: 's3:PutObject',
  RestoreObject: 's3:RestoreObject',
  UploadPart: 's3:PutObject',
}

/** The codes for which the credentials are valid and do not permit the request. */
const DENIED: ReadonlySet<string> = new Set(['AccessDenied', 'AccountProblem', 'AllAccessDisabled'])

/** Returns the meaning of an error code in the response to an operation; that of an unknown code is empty. */
export function refusalFor(operation: string, code: string): Refusal {
  if (DENIED.has(code)) {
    const permission = PERMISSIONS[operation] ?? 'the request'
    return {
      kind: 'denied',
      advice: `The policies of the credentials and of the bucket do not permit ${permission}.`,
    }
  }
  if (code.startsWith('KMS.')) {
    const advice =
      'The KMS key that encrypts the object cannot be used: it needs kms:GenerateDataKey and kms:Decrypt, or choose another.'
    return { kind: code.includes('AccessDenied') ? 'denied' : 'service', advice }
  }
  const found = BY_OPERATION[operation]?.[code] ?? CODES[code]
  return found ?? (code === 'PreconditionFailed' ? EXISTS : {})
}
