/**
 * The errors of this package: one class for each that a caller may want to branch on. Classes, codes and reasons are
 * stable within a major version; messages are not, and nothing decides on a message. Programming mistakes are plain
 * `TypeError` and `RangeError` instead. docs/errors.md has a heading for each code.
 */
import type { CredentialsErrorReason, ServiceErrorReason } from './service-error-reason.js'

export type { CredentialsErrorReason, ServiceErrorReason } from './service-error-reason.js'

/** The beginning of the ID of an archive that is an object of a bucket. */
const OBJECT_SCHEME = 's3://'

/** The fields of every error of this package besides its message. */
export interface ErrorContext {
  /** The error that caused this one: an error of the service or of the system. */
  readonly cause?: unknown
  /** The ID of the multipart upload that the error is about; default none. */
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
 *   if (error instanceof GlacierPipeError) console.error(error.code, error.uploadId)
 *   throw error
 * }
 * ```
 */
export class GlacierPipeError extends Error {
  /** The name of the class. */
  override readonly name: string = 'GlacierPipeError'
  /** The code of the error, as `ERR_UPLOAD_FAILED`. It is stable within a major version. */
  readonly code: string
  /** The ID of the multipart upload that the error is about; `undefined` if it is about none. */
  readonly uploadId: string | undefined

  constructor(code: string, message: string, { cause, uploadId }: ErrorContext = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.uploadId = uploadId
  }
}

/** The source is empty, and the service stores no empty archives (docs/glacier-protocol.md#limits). Nothing was sent. */
export class EmptyArchiveError extends GlacierPipeError {
  override readonly name = 'EmptyArchiveError'

  constructor() {
    super(
      'ERR_EMPTY_ARCHIVE',
      'The source ended without a byte, and an archive has at least one. Nothing was sent.',
    )
  }
}

/** The source does not fit in the 10,000 parts that an upload may have (docs/glacier-protocol.md#limits). */
export class TooManyPartsError extends GlacierPipeError {
  override readonly name = 'TooManyPartsError'
  /** Bytes in each part. */
  readonly partSize: number
  /** Maximum number of parts in an upload. */
  readonly limit: number

  constructor(partSize: number, limit: number, context?: ErrorContext) {
    super(
      'ERR_TOO_MANY_PARTS',
      `The source is longer than ${limit} parts of ${partSize} bytes. ` +
        'Start a new upload with larger parts, or state the expected size of the source.',
      context,
    )
    this.partSize = partSize
    this.limit = limit
  }
}

/** A part that reached the writer is longer than `partSize`, or is shorter although it is not the last. */
export class PartBoundaryError extends GlacierPipeError {
  override readonly name = 'PartBoundaryError'
  /** The 0-based number of the part. */
  readonly index: number
  /** The part size of the writer, in bytes. */
  readonly expected: number
  /** Bytes in the part. */
  readonly actual: number

  constructor(index: number, expected: number, actual: number, context?: ErrorContext) {
    super(
      'ERR_PART_BOUNDARY',
      `Part ${index} has ${actual} bytes; every part but the last must have ${expected}. ` +
        `Cut the source with rechunk(${expected}), or pass its part size to the writer.`,
      context,
    )
    this.index = index
    this.expected = expected
    this.actual = actual
  }
}

/** The data that a hash is of. */
export type HashScope = 'part' | 'archive' | 'range'

/** The hash of some bytes is not the expected one. The hashes of a vault are tree hashes. */
export class HashMismatchError extends GlacierPipeError {
  override readonly name = 'HashMismatchError'
  /** The data that has the wrong hash. */
  readonly scope: HashScope
  /** The expected hash; `undefined` if the service stated none to compare with. */
  readonly expected: string | undefined
  /** The actual hash; `undefined` if the response of the service has none. */
  readonly actual: string | undefined

  constructor(
    scope: HashScope,
    where: string,
    expected: string | undefined,
    actual: string | undefined,
    context?: ErrorContext,
  ) {
    super(
      'ERR_HASH_MISMATCH',
      `The hash of ${where} does not match. Expected: ${expected ?? 'not stated'}. Found: ${actual ?? 'not stated'}.`,
      context,
    )
    this.scope = scope
    this.expected = expected
    this.actual = actual
  }
}

/** The service has no hashes by which the bytes of an archive can be verified before they are handed on. */
export class UnverifiableError extends GlacierPipeError {
  override readonly name = 'UnverifiableError'
  /** The ID of the archive. */
  readonly archiveId: string
  /** Whether all bytes of the archive together can be verified when they have arrived, as `checkLate` permits. */
  readonly isCheckedLate: boolean

  /**
   * @param what - what the archive lacks, as a sentence without its subject and its end
   * @param context - `isCheckedLate` is false by default
   */
  constructor(
    archiveId: string,
    what: string,
    { isCheckedLate = false, ...context }: ErrorContext & { readonly isCheckedLate?: boolean } = {},
  ) {
    const lack = `The archive ${archiveId} ${what}`
    super(
      'ERR_UNVERIFIABLE',
      isCheckedLate
        ? `${lack}, so its bytes can only be verified when all of them have arrived. Retrieve all of it into a file, which gets its name then.`
        : `${lack}, so its bytes cannot be verified. An archive needs a SHA-256 of each part, or a hash of all its bytes.`,
      context,
    )
    this.archiveId = archiveId
    this.isCheckedLate = isCheckedLate
  }
}

/** The number of received bytes is not the expected one. */
export class SizeMismatchError extends GlacierPipeError {
  override readonly name = 'SizeMismatchError'
  /** The expected number of bytes. */
  readonly expected: number
  /** The actual number of bytes. */
  readonly actual: number

  /** @param what - the data, as `Part 7` */
  constructor(what: string, expected: number, actual: number, context?: ErrorContext) {
    super('ERR_SIZE_MISMATCH', `${what}: expected ${expected} bytes, found ${actual}.`, context)
    this.expected = expected
    this.actual = actual
  }
}

/** The fields of a {@link ServiceError}. */
export interface ServiceErrorDetails extends ErrorContext {
  /** The name of the operation in the service's model, as `UploadMultipartPart`. */
  readonly operation: string
  /** The error code of the service, as `ThrottlingException` (docs/glacier-protocol.md#errors). */
  readonly serviceCode: string
  /** The HTTP status; default `undefined`: no response was received. */
  readonly status?: number | undefined
  /** The `x-amzn-RequestId` of the response. */
  readonly requestId?: string | undefined
  /** Why the request failed; default `undefined`: the class and the service code say it, or it is not known. */
  readonly reason?: ServiceErrorReason | undefined
}

/** A request failed. The subclasses are the failures that a caller can do something about. */
export class ServiceError extends GlacierPipeError {
  override readonly name: string = 'ServiceError'
  /** The name of the operation in the service's model, as `UploadMultipartPart`. */
  readonly operation: string
  /** The error code of the service, as `ThrottlingException`. */
  readonly serviceCode: string
  /** The HTTP status; `undefined` if no response was received. */
  readonly status: number | undefined
  /** The request ID of the service, for a support case; `undefined` if the response has none. */
  readonly requestId: string | undefined
  /** Why the request failed; `undefined` if the class and the service code say it, or if it is not known. */
  readonly reason: ServiceErrorReason | undefined

  constructor(message: string, details: ServiceErrorDetails, code = 'ERR_SERVICE') {
    super(code, `${details.operation}: ${message} (${details.serviceCode})`, details)
    this.operation = details.operation
    this.serviceCode = details.serviceCode
    this.status = details.status
    this.requestId = details.requestId
    this.reason = details.reason
  }
}

/** The vault, archive, upload, job, bucket or object does not exist; `reason` says which of them, if the service does. */
export class NotFoundError extends ServiceError {
  override readonly name = 'NotFoundError'

  constructor(message: string, details: ServiceErrorDetails) {
    super(message, details, 'ERR_NOT_FOUND')
  }
}

/** The credentials are missing, unknown or expired, or the signature of the request is not accepted. */
export class CredentialsError extends ServiceError {
  override readonly name = 'CredentialsError'
  /** Why the credentials cannot be used. */
  override readonly reason: CredentialsErrorReason

  /** @param details - `reason` defaults to `'credentials-rejected'` */
  constructor(
    message: string,
    details: ServiceErrorDetails & { readonly reason?: CredentialsErrorReason | undefined },
  ) {
    super(message, details, 'ERR_CREDENTIALS')
    this.reason = details.reason ?? 'credentials-rejected'
  }
}

/** The credentials are valid, but do not permit the operation. */
export class AccessDeniedError extends ServiceError {
  override readonly name = 'AccessDeniedError'

  constructor(message: string, details: ServiceErrorDetails) {
    super(message, details, 'ERR_ACCESS_DENIED')
  }
}

/** No response was received: the host name did not resolve, or the connection was refused, reset or timed out. */
export class ConnectionError extends ServiceError {
  override readonly name = 'ConnectionError'

  constructor(message: string, details: ServiceErrorDetails) {
    super(message, details, 'ERR_CONNECTION')
  }
}

/** The last of several attempts at a request failed, and the time for retries is over; `cause` is its error. */
export class RetriesExhaustedError extends GlacierPipeError {
  override readonly name = 'RetriesExhaustedError'
  /** The number of attempts. */
  readonly attempts: number

  constructor(cause: Error, attempts: number, elapsedMs: number) {
    super(
      'ERR_RETRIES_EXHAUSTED',
      `${sentence(cause)} The request was given up after ${attempts} attempts in ${Math.round(elapsedMs / 1000)} s.`,
      { cause },
    )
    this.attempts = attempts
  }
}

/** The service does not have the upload: it was completed or aborted, or has expired. */
export class UploadGoneError extends GlacierPipeError {
  override readonly name = 'UploadGoneError'
  /** The archive that the upload became, if it is known to be deleted. */
  readonly archiveId: string | undefined

  constructor(uploadId: string, context?: ErrorContext & { readonly archiveId?: string | undefined }) {
    const { archiveId, ...given } = context ?? {}
    super(
      'ERR_UPLOAD_GONE',
      archiveId === undefined
        ? `The service does not have the upload ${uploadId}: it was completed or aborted, or has expired: in a vault, after a day ` +
            'without activity. Look for the archive in the catalog, and in the bucket or an inventory of the vault; if it is not ' +
            'there, start a new upload.'
        : `The upload ${uploadId} is complete, and its archive ${archiveId} was deleted. Start a new upload.`,
      { ...given, uploadId },
    )
    this.archiveId = archiveId
  }
}

/**
 * The source of a resumed upload differs from the source that the upload was begun with. Stored archives are unchanged.
 * Parts of an open upload may have been replaced, unless the size of the source was known.
 */
export class ResumeMismatchError extends GlacierPipeError {
  override readonly name = 'ResumeMismatchError'
  /** The offset of the first byte in the source that is missing or differs. */
  readonly start: number
  /** The offset after the last uploaded byte of the part or archive that contains `start`. */
  readonly end: number
  /** The ID of the stored archive that differs; `undefined` for parts of an open upload, and after the source's end. */
  readonly archiveId: string | undefined

  /** @param what - how the source differs, as a clause that ends in a full stop */
  constructor(
    start: number,
    end: number,
    what: string,
    { archiveId, ...context }: ErrorContext & { readonly archiveId?: string | undefined } = {},
  ) {
    super(
      'ERR_RESUME_MISMATCH',
      `Bytes ${start}-${end - 1} were uploaded before, but ${what} Stored archives are unchanged. ` +
        'Pipe in the source that the upload was begun with, or start a new upload.',
      context,
    )
    this.start = start
    this.end = end
    this.archiveId = archiveId
  }
}

/** The service rejected the completion of an upload, which stays open. The message compares sizes and tree hashes. */
export class CompletionRejectedError extends GlacierPipeError {
  override readonly name = 'CompletionRejectedError'
  /** Bytes that were sent. */
  readonly size: number
  /** The hash of the bytes that were sent, by the algorithm of the store. */
  readonly hash: string

  /** @param atService - the parts that the service has, as `2 parts, 8 bytes of hash …` */
  constructor(size: number, hash: string, atService: string, cause: Error, uploadId: string) {
    super(
      'ERR_COMPLETION_REJECTED',
      `${sentence(cause)} Sent: ${size} bytes of hash ${hash}. At the service: ${atService}. ` +
        'Resume the upload: parts that differ are sent again.',
      { cause, uploadId },
    )
    this.size = size
    this.hash = hash
  }
}

/**
 * The completion of an upload was sent, and it is not known what the service stored: the response was lost and the
 * upload no longer exists, or the response names an archive without proof of its content. The next inventory of the vault shows it,
 * or the object in the bucket.
 */
export class CompletionUnknownError extends GlacierPipeError {
  override readonly name = 'CompletionUnknownError'
  /** Bytes that were sent, and of the archive if it exists. */
  readonly size: number
  /** The hash of the bytes that were sent, and of the archive if it exists, by the algorithm of the store. */
  readonly hash: string
  /** The ID of the archive that the service named without proof of its content; `undefined` if it named none. */
  readonly archiveId: string | undefined

  constructor(
    size: number,
    hash: string,
    uploadId: string,
    { archiveId, ...context }: ErrorContext & { readonly archiveId?: string | undefined } = {},
  ) {
    super(
      'ERR_COMPLETION_UNKNOWN',
      `The response to the completion of the upload ${uploadId} ` +
        (archiveId === undefined
          ? 'was lost, and the service no longer has the upload. '
          : `names the archive ${archiveId} without proof of its content. `) +
        `The archive probably exists: look for ${size} bytes of hash ${hash} ` +
        (archiveId?.startsWith(OBJECT_SCHEME)
          ? 'at this address.'
          : 'in the bucket, or in an inventory of the vault, a day from now.'),
      { ...context, uploadId },
    )
    this.size = size
    this.hash = hash
    this.archiveId = archiveId
  }
}

/** An archive is stored, but could not be recorded. Its ID is in this error and nowhere else. */
export class NotRecordedError extends GlacierPipeError {
  override readonly name = 'NotRecordedError'
  /** The ID of the archive. */
  readonly archiveId: string

  constructor(archiveId: string, cause: unknown) {
    super(
      'ERR_NOT_RECORDED',
      `The archive is stored, but could not be recorded: ${sentence(cause)} Write down its ID: ${archiveId}`,
      { cause },
    )
    this.archiveId = archiveId
  }
}

/** The catalog file cannot be read or written. `cause` is the reason, usually an error of the system. */
export class CatalogError extends GlacierPipeError {
  override readonly name = 'CatalogError'
  /** The path of the catalog file. */
  readonly path: string

  /**
   * @param action - a participle, as `written`
   * @param reason - the cause as a sentence; default its message
   */
  constructor(path: string, action: string, cause: unknown, reason: string = messageOf(cause)) {
    super('ERR_CATALOG', `The catalog ${path} cannot be ${action}: ${reason}`, { cause })
    this.path = path
  }
}

/**
 * Why a mirror of a catalog is not up to date:
 * - `diverged`: it is not a copy of the beginning of the catalog, and is left as it is
 * - `timeout`: its disk has not responded in time
 * - `unavailable`: it cannot be read or written
 */
export type MirrorFailureReason = 'diverged' | 'timeout' | 'unavailable'

/** The mirror of a catalog is not up to date. The catalog itself is: no record is lost. */
export class CatalogMirrorError extends GlacierPipeError {
  override readonly name = 'CatalogMirrorError'
  /** The path of the mirror. */
  readonly path: string
  /** Why it is not up to date. */
  readonly reason: MirrorFailureReason

  /** @param problem - a clause or sentence about the mirror, with a full stop */
  constructor(path: string, reason: MirrorFailureReason, problem: string, context?: ErrorContext) {
    super('ERR_CATALOG_MIRROR', `The mirror ${path} of the catalog is not up to date: ${problem}`, context)
    this.path = path
    this.reason = reason
  }
}

/** An upload failed after it was initiated; `cause` is the reason. */
export class UploadFailedError extends GlacierPipeError {
  override readonly name = 'UploadFailedError'
  /** Whether the service still has the upload and its parts; `false` if the upload was aborted. */
  readonly kept: boolean

  constructor(cause: unknown, uploadId: string, kept: boolean) {
    super(
      'ERR_UPLOAD_FAILED',
      `${sentence(cause)} ${kept ? `The upload is kept: its ID is ${uploadId}.` : `The upload ${uploadId} was aborted.`}`,
      { cause, uploadId },
    )
    this.kept = kept
  }
}

/**
 * The service does not start the retrieval now: the data retrieval policy of the account forbids it, or there is no
 * capacity for the tier Expedited (docs/glacier-protocol.md#provisioned-capacity).
 */
export class RetrievalRefusedError extends ServiceError {
  override readonly name = 'RetrievalRefusedError'

  constructor(message: string, details: ServiceErrorDetails) {
    const advice =
      details.serviceCode === 'PolicyEnforcedException'
        ? 'Try again later, use another tier than Standard, or change the data retrieval policy of the account.'
        : 'Use the tier Standard or Bulk, or try again later.'
    super(`${sentence(message)} ${advice}`, details, 'ERR_RETRIEVAL_REFUSED')
  }
}

/** The output of an inventory job is not an inventory, or is incomplete. The service states no hash to check it with. */
export class InventoryError extends GlacierPipeError {
  override readonly name = 'InventoryError'

  constructor(message: string) {
    super('ERR_INVENTORY', message)
  }
}

/** A list does not end: a page has the marker of an earlier page. */
export class RepeatedMarkerError extends GlacierPipeError {
  override readonly name = 'RepeatedMarkerError'
  /** The marker that two pages have. */
  readonly marker: string

  /** @param pages - the number of pages before the one that repeats a marker */
  constructor(marker: string, pages: number) {
    super(
      'ERR_REPEATED_MARKER',
      `A list does not end: page ${pages + 1} has the marker ${JSON.stringify(marker)} of an earlier page. ` +
        'Try again; if the error persists, check whether a proxy responds in place of the service.',
    )
    this.marker = marker
  }
}

/** A folder cannot be used for a local vault. Nothing in it was changed. */
export class LocalFolderError extends GlacierPipeError {
  override readonly name = 'LocalFolderError'
  /** The absolute path of the folder. */
  readonly dir: string

  /** @param reason - a clause, which may be followed by further sentences; without the last full stop */
  constructor(dir: string, reason: string) {
    super('ERR_LOCAL_FOLDER', `The folder ${dir} cannot be used for a local vault: ${reason}.`)
    this.dir = dir
  }
}

/** A retrieval job ended without an output. */
export class JobFailedError extends GlacierPipeError {
  override readonly name = 'JobFailedError'
  /** The ID of the job. */
  readonly jobId: string

  constructor(jobId: string, statusMessage: string | undefined) {
    super(
      'ERR_JOB_FAILED',
      `The job ${jobId} failed: ${sentence(statusMessage ?? 'the service stated no reason')} Start a new job.`,
    )
    this.jobId = jobId
  }
}

/** An optional package that an operation needs is not installed. */
export class MissingPackageError extends GlacierPipeError {
  override readonly name = 'MissingPackageError'
  /** The name of the package. */
  readonly packageName: string

  /** @param purpose - a clause, as `Objects of S3 need it` */
  constructor(packageName: string, purpose: string, context?: ErrorContext) {
    super('ERR_MISSING_PACKAGE', `Install ${packageName}: ${purpose}, and it is not installed.`, context)
    this.packageName = packageName
  }
}

/** The process that owns a lock. */
export interface OwnerDescription {
  /** The name of the owner's host. */
  readonly host: string
  /** The owner's process ID on that host. */
  readonly pid: number
  /** When the owner took the lock, ISO 8601. */
  readonly since: string
}

/** Another running process owns the upload or the output file. Nothing was changed. */
export class LockHeldError extends GlacierPipeError {
  override readonly name = 'LockHeldError'
  /** The process that owns the lock. */
  readonly owner: OwnerDescription

  /** @param what - the subject of the lock, as `The upload X` */
  constructor(what: string, owner: OwnerDescription, context?: ErrorContext) {
    super(
      'ERR_LOCK_HELD',
      `${what} is owned by process ${owner.pid} on ${owner.host} since ${owner.since}. Nothing was changed: ` +
        'wait until that process ends, or stop it.',
      context,
    )
    this.owner = owner
  }
}

/** This process no longer owns a lock that it needs: another process took it over, or the lock was removed. */
export class LockLostError extends GlacierPipeError {
  override readonly name = 'LockLostError'

  /** @param what - the subject of the lock, as `the upload X` */
  constructor(what: string, context?: ErrorContext) {
    super(
      'ERR_LOCK_LOST',
      `This process no longer owns the lock on ${what}: another process took it over, or the lock was removed. ` +
        'The operation was stopped, and nothing more was changed.',
      context,
    )
  }
}

/** The catalog has different tree hashes for one archive ID. `catalog rebuild` corrects it from the inventory. */
export class CatalogConflictError extends GlacierPipeError {
  override readonly name = 'CatalogConflictError'
  /** The ID of the archive. */
  readonly archiveId: string
  /** The catalog lines that contradict each other, in the order of the file. */
  readonly lines: readonly string[]

  constructor(path: string, archiveId: string, lines: readonly string[]) {
    super(
      'ERR_CATALOG_CONFLICT',
      `The catalog ${path} has different tree hashes for the archive ${archiveId}. ` +
        `Run "catalog rebuild" to correct it from the inventory. The lines are: ${lines.join(' ')}`,
    )
    this.archiveId = archiveId
    this.lines = lines
  }
}

/** The catalog does not have all volumes of a set, so the stream cannot be put together. */
export class IncompleteSetError extends GlacierPipeError {
  override readonly name = 'IncompleteSetError'
  /** The archive ID of the first volume, which identifies the set. */
  readonly firstVolume: string
  /** The numbers of the volumes that the catalog does not have; empty if only volumes after the last known one are missing. */
  readonly missing: readonly number[]

  constructor(firstVolume: string, missing: readonly number[]) {
    const isObject = firstVolume.startsWith(OBJECT_SCHEME)
    super(
      'ERR_INCOMPLETE_SET',
      missing.length === 0
        ? `The last volume of the set ${firstVolume} is not in the ${
            isObject ? 'bucket' : 'catalog'
          }: the stream was not stored to its end, or ${isObject ? 'an object was deleted' : 'a record is missing'}.`
        : `The catalog does not have volume ${missing.join(', ')} of the set ${firstVolume}. ` +
            `Run "catalog rebuild"${isObject ? '' : ' when an inventory contains it'}, or name the volumes to retrieve.`,
    )
    this.firstVolume = firstVolume
    this.missing = missing
  }
}

/** An event listener threw. The event was already recorded, and nothing is undone. */
export class ListenerError extends GlacierPipeError {
  override readonly name = 'ListenerError'
  /** The name of the event. */
  readonly event: string
  /** The ID of the archive that is stored and recorded; `undefined` if the event came before that. */
  readonly archiveId: string | undefined

  constructor(event: string, cause: unknown, archiveId?: string, context?: ErrorContext) {
    const stored =
      archiveId === undefined ? '' : ` The archive is stored and recorded: its ID is ${archiveId}.`
    super('ERR_LISTENER', `A listener of the event '${event}' threw: ${sentence(cause)}${stored}`, {
      ...context,
      cause,
    })
    this.event = event
    this.archiveId = archiveId
  }

  /** Returns the same error with the archive that was recorded before the event was emitted. */
  withArchive(archiveId: string): ListenerError {
    return new ListenerError(this.event, this.cause, archiveId, { uploadId: this.uploadId })
  }
}

/** A file cannot be the output of a retrieval. It was not changed. */
export class OutputFileError extends GlacierPipeError {
  override readonly name = 'OutputFileError'
  /** The path of the file. */
  readonly path: string

  /** @param reason - the problem and the remedy, as sentences */
  constructor(path: string, reason: string, context?: ErrorContext) {
    super('ERR_OUTPUT_FILE', `${path}: ${reason}`, context)
    this.path = path
  }
}

/** How a command ended, for a {@link SourceCommandError}. */
export interface CommandEnd {
  /** The exit status; `undefined` if the command was ended by a signal, or was not started. */
  readonly exitStatus?: number | undefined
  /** The signal that ended the command, as `SIGKILL`; default none. */
  readonly signal?: string | undefined
  /** The reason for which the command cannot be started, for the message; default none. */
  readonly reason?: string | undefined
}

/**
 * The command that gives the source did not succeed: its output may end anywhere. If it cannot be started, `exitStatus` and
 * `signal` are `undefined`, and `cause` is the error of the system. The arguments of the command are in no field.
 */
export class SourceCommandError extends GlacierPipeError {
  override readonly name = 'SourceCommandError'
  /** The program. */
  readonly command: string
  /** The exit status; `undefined` if the command was ended by a signal, or was not started. */
  readonly exitStatus: number | undefined
  /** The signal that ended the command, as `SIGKILL`; `undefined` if it exited by itself, or was not started. */
  readonly signal: string | undefined

  constructor(command: string, { exitStatus, signal, reason }: CommandEnd, context?: ErrorContext) {
    const program = `The command ${JSON.stringify(command)}`
    const end = signal === undefined ? `exited with the status ${exitStatus}` : `was ended by ${signal}`
    super(
      'ERR_SOURCE_COMMAND',
      reason === undefined
        ? `${program} failed: it ${end}. Its output may be incomplete, so no archive is completed with it.`
        : `${program} cannot be started: ${reason}.`,
      context,
    )
    this.command = command
    this.exitStatus = exitStatus
    this.signal = signal
  }
}

/** An `AbortSignal` that was passed as an option fired; `cause` is its reason. `name` and `code` are as in Node.js. */
export class AbortError extends GlacierPipeError {
  override readonly name = 'AbortError'

  constructor(context?: ErrorContext) {
    super('ABORT_ERR', 'The operation was aborted', context)
  }
}

/** The message of whatever was thrown. */
function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The message of whatever was thrown, with a full stop. */
function sentence(thrown: unknown): string {
  return messageOf(thrown).replace(/\.?$/, '.')
}
