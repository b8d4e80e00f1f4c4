/**
 * Every error a caller may want to branch on: one class each, `code` stable within a major version,
 * messages free to improve. Programming mistakes are plain `TypeError` and `RangeError` instead.
 * docs/errors.md has a heading for each code.
 */

/** What every error of this package may carry besides its message. */
export interface ErrorContext {
  /** What made it happen: the service's or the system's own error. */
  readonly cause?: unknown
  /** The multipart upload it happened to, where one was open. */
  readonly uploadId?: string | undefined
}

/**
 * The base of every error this package makes.
 *
 * @example
 * ```ts
 * try {
 *   await uploadArchive(source, { client, vaultName: 'backups' })
 * } catch (error) {
 *   if (error instanceof GlacierPipeError && error.uploadId) console.error(`kept: ${error.uploadId}`)
 *   throw error
 * }
 * ```
 */
export class GlacierPipeError extends Error {
  override readonly name: string = 'GlacierPipeError'
  /** Stable within a major version: match on this. */
  readonly code: string
  /** The multipart upload it happened to; `undefined` where none was open. */
  readonly uploadId: string | undefined

  constructor(code: string, message: string, { cause, uploadId }: ErrorContext = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.uploadId = uploadId
  }
}

/** The source ended without a byte. The service stores no empty archive (protocol.md 2), so nothing was sent. */
export class EmptyArchiveError extends GlacierPipeError {
  override readonly name = 'EmptyArchiveError'

  constructor() {
    super(
      'ERR_EMPTY_ARCHIVE',
      'The source ended without a byte, and a vault holds no empty archives. Nothing was sent.',
    )
  }
}

/** The source does not fit the 10,000 parts an upload may have (protocol.md 2). */
export class TooManyPartsError extends GlacierPipeError {
  override readonly name = 'TooManyPartsError'
  /** Bytes in each part. */
  readonly partSize: number
  /** The most parts an upload may have. */
  readonly limit: number

  constructor(partSize: number, limit: number, context?: ErrorContext) {
    super(
      'ERR_TOO_MANY_PARTS',
      `The source is longer than ${limit} parts of ${partSize} bytes. ` +
        `Start again with a larger part size: a known size, given as expectedSize, chooses one that fits.`,
      context,
    )
    this.partSize = partSize
    this.limit = limit
  }
}

/** A part reached the writer that is not exactly `partSize` long although more follow, or is longer than that. */
export class PartBoundaryError extends GlacierPipeError {
  override readonly name = 'PartBoundaryError'
  /** 0-based number of the part. */
  readonly index: number
  /** Bytes a part was to have. */
  readonly expected: number
  /** Bytes it had. */
  readonly actual: number

  constructor(index: number, expected: number, actual: number, context?: ErrorContext) {
    super(
      'ERR_PART_BOUNDARY',
      `Part ${index} is ${actual} bytes long, but every part before the last must be ${expected}. ` +
        `Cut the source with rechunk(${expected}), or give the writer the part size it was cut with.`,
      context,
    )
    this.index = index
    this.expected = expected
    this.actual = actual
  }
}

/** What a tree hash was taken of. */
export type TreeHashScope = 'part' | 'archive' | 'range'

/** Bytes do not have the tree hash they should have. */
export class TreeHashMismatchError extends GlacierPipeError {
  override readonly name = 'TreeHashMismatchError'
  readonly scope: TreeHashScope
  /** The tree hash wanted, lowercase hex; `undefined` where the service gave none to compare with. */
  readonly expected: string | undefined
  /** The tree hash found, lowercase hex; `undefined` where the service answered without one. */
  readonly actual: string | undefined

  constructor(
    scope: TreeHashScope,
    where: string,
    expected: string | undefined,
    actual: string | undefined,
    context?: ErrorContext,
  ) {
    super(
      'ERR_TREE_HASH_MISMATCH',
      `The tree hash of ${where} does not match. Wanted: ${expected ?? 'none given'}. Found: ${actual ?? 'none given'}.`,
      context,
    )
    this.scope = scope
    this.expected = expected
    this.actual = actual
  }
}

/** Fewer or more bytes came than were announced. */
export class SizeMismatchError extends GlacierPipeError {
  override readonly name = 'SizeMismatchError'
  /** Bytes wanted. */
  readonly expected: number
  /** Bytes found. */
  readonly actual: number

  constructor(what: string, expected: number, actual: number, context?: ErrorContext) {
    super('ERR_SIZE_MISMATCH', `${what}: wanted ${expected} bytes, found ${actual}.`, context)
    this.expected = expected
    this.actual = actual
  }
}

/** Facts of an answer by which the service refused a request. */
export interface ServiceErrorDetails extends ErrorContext {
  /** The operation's name in the service's model, as `UploadMultipartPart`. */
  readonly operation: string
  /** The service's own error code, as `ThrottlingException` (protocol.md 0). */
  readonly serviceCode: string
  /** HTTP status; `undefined` where no answer came. */
  readonly status?: number | undefined
  /** The service's `x-amzn-RequestId`, for its support. */
  readonly requestId?: string | undefined
}

/** The service refused a request. Its subclasses are the refusals a caller can do something about. */
export class ServiceError extends GlacierPipeError {
  override readonly name: string = 'ServiceError'
  /** The operation's name in the service's model. */
  readonly operation: string
  /** The service's own error code. */
  readonly serviceCode: string
  /** HTTP status; `undefined` where no answer came. */
  readonly status: number | undefined
  /** The service's request ID. */
  readonly requestId: string | undefined

  constructor(message: string, details: ServiceErrorDetails, code = 'ERR_SERVICE') {
    super(code, `${details.operation}: ${message} (${details.serviceCode})`, details)
    this.operation = details.operation
    this.serviceCode = details.serviceCode
    this.status = details.status
    this.requestId = details.requestId
  }
}

/** There is no such vault, archive, upload or job. */
export class NotFoundError extends ServiceError {
  override readonly name = 'NotFoundError'

  constructor(message: string, details: ServiceErrorDetails) {
    super(message, details, 'ERR_NOT_FOUND')
  }
}

/** The credentials are missing, unknown, expired or do not sign correctly. */
export class CredentialsError extends ServiceError {
  override readonly name = 'CredentialsError'

  constructor(message: string, details: ServiceErrorDetails) {
    super(message, details, 'ERR_CREDENTIALS')
  }
}

/** The credentials are good, but what was asked is not allowed to them. */
export class AccessDeniedError extends ServiceError {
  override readonly name = 'AccessDeniedError'

  constructor(message: string, details: ServiceErrorDetails) {
    super(message, details, 'ERR_ACCESS_DENIED')
  }
}

/** No answer came: the name did not resolve, the connection was refused, reset or timed out. */
export class ConnectionError extends ServiceError {
  override readonly name = 'ConnectionError'

  constructor(message: string, details: ServiceErrorDetails) {
    super(message, details, 'ERR_CONNECTION')
  }
}

/** An upload failed after it was initiated; `cause` says why. */
export class UploadFailedError extends GlacierPipeError {
  override readonly name = 'UploadFailedError'
  /** True where the service still has the upload and its parts; false where it was aborted. */
  readonly kept: boolean

  constructor(cause: unknown, uploadId: string, kept: boolean) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(
      'ERR_UPLOAD_FAILED',
      `${reason.replace(/\.?$/, '.')} ${kept ? `The upload is kept: its ID is ${uploadId}.` : `The upload ${uploadId} was aborted.`}`,
      { cause, uploadId },
    )
    this.kept = kept
  }
}

/** A retrieval job ended without an output. */
export class JobFailedError extends GlacierPipeError {
  override readonly name = 'JobFailedError'
  readonly jobId: string

  constructor(jobId: string, statusMessage: string | undefined) {
    super(
      'ERR_JOB_FAILED',
      `The job ${jobId} failed: ${statusMessage ?? 'the service gave no reason'}. Start a new one.`,
    )
    this.jobId = jobId
  }
}

/** The caller's `AbortSignal` fired. Its `name` and `code` are those of Node's own abort errors. */
export class AbortError extends GlacierPipeError {
  override readonly name = 'AbortError'

  constructor(context?: ErrorContext) {
    super('ABORT_ERR', 'The operation was aborted', context)
  }
}
