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
  /** The name of the class. */
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

/**
 * The source ended without a byte. The service stores no empty archive (docs/glacier-protocol.md#limits), so nothing
 * was sent.
 */
export class EmptyArchiveError extends GlacierPipeError {
  override readonly name = 'EmptyArchiveError'

  constructor() {
    super(
      'ERR_EMPTY_ARCHIVE',
      'The source ended without a byte, and a vault holds no empty archives. Nothing was sent.',
    )
  }
}

/** The source does not fit the 10,000 parts an upload may have (docs/glacier-protocol.md#limits). */
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
  /** The bytes whose hash differs. */
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
  /** The service's own error code, as `ThrottlingException` (docs/glacier-protocol.md#errors). */
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

/**
 * What is wrong with credentials:
 * - `missing`: they cannot be fetched, and never could be by this client
 * - `unavailable`: they could be fetched before and cannot be fetched now; another attempt may succeed
 * - `expired`: the service calls them expired
 * - `rejected`: the service does not know them, or the request is not signed with them correctly
 */
export type CredentialsFailure = 'missing' | 'unavailable' | 'expired' | 'rejected'

/** The credentials are missing, unknown, expired or do not sign correctly. */
export class CredentialsError extends ServiceError {
  override readonly name = 'CredentialsError'
  /** The kind of the failure. */
  readonly reason: CredentialsFailure

  /** @param reason - default `'rejected'` */
  constructor(message: string, details: ServiceErrorDetails, reason: CredentialsFailure = 'rejected') {
    super(message, details, 'ERR_CREDENTIALS')
    this.reason = reason
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

/** The last of several attempts at a request failed, and the time for more is over; `cause` is its error. */
export class RetriesExhaustedError extends GlacierPipeError {
  override readonly name = 'RetriesExhaustedError'
  /** How many attempts there were. */
  readonly attempts: number

  constructor(cause: Error, attempts: number, elapsed: number) {
    super(
      'ERR_RETRIES_EXHAUSTED',
      `${cause.message.replace(/\.?$/, '.')} Given up after ${attempts} attempts in ${Math.round(elapsed / 1000)} s.`,
      { cause },
    )
    this.attempts = attempts
  }
}

/** The service does not know the upload: it has expired (after a day without activity), or was completed or aborted. */
export class UploadGoneError extends GlacierPipeError {
  override readonly name = 'UploadGoneError'

  constructor(uploadId: string, context?: ErrorContext) {
    super(
      'ERR_UPLOAD_GONE',
      `The service has no open upload ${uploadId}: it removes one after a day without activity, and one that was ` +
        'completed or aborted is gone. Look for the archive in the catalog or an inventory; if it is not there, start again.',
      { ...context, uploadId },
    )
  }
}

/**
 * The source of a resumed upload is not the one that was being uploaded. Stored archives are as they were. Parts of an
 * open upload may have been sent again, unless the size of the source was known.
 */
export class ResumeMismatchError extends GlacierPipeError {
  override readonly name = 'ResumeMismatchError'
  /** The first byte of the source that is missing or differs. */
  readonly start: number
  /** The end of what was uploaded from there on. */
  readonly end: number
  /**
   * The archive that is stored and differs from the source; `undefined` where the bytes are parts of an open upload, or
   * volumes behind the end of the source.
   */
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
      `Bytes ${start}-${end - 1} were uploaded before, but ${what} Stored archives are as they were. ` +
        'Pipe in what the upload was begun with, or start a new upload.',
      context,
    )
    this.start = start
    this.end = end
    this.archiveId = archiveId
  }
}

/** The service refused to complete an upload, which stays open; the message has its sizes and hashes, and ours. */
export class CompletionRejectedError extends GlacierPipeError {
  override readonly name = 'CompletionRejectedError'
  /** Bytes the archive was to have. */
  readonly size: number
  /** Tree hash the archive was to have, lowercase hex. */
  readonly treeHash: string

  constructor(size: number, treeHash: string, atService: string, cause: Error, uploadId: string) {
    super(
      'ERR_COMPLETION_REJECTED',
      `${cause.message.replace(/\.?$/, '.')} Sent were ${size} bytes of tree hash ${treeHash}; at the service are ${atService}.`,
      { cause, uploadId },
    )
    this.size = size
    this.treeHash = treeHash
  }
}

/** What a {@link CompletionUnknownError} may carry besides. */
export interface CompletionUnknownContext extends ErrorContext {
  /** The archive the service named without proof that it holds the content sent. */
  readonly archiveId?: string | undefined
}

/**
 * Completion was sent, and it is not known what the service stored: its answer was lost and now the service knows the
 * upload no more, or its answer names an archive and does not prove the content. An inventory, a day later, shows it.
 */
export class CompletionUnknownError extends GlacierPipeError {
  override readonly name = 'CompletionUnknownError'
  /** Bytes of the archive, where it exists. */
  readonly size: number
  /** Tree hash of the archive, where it exists, lowercase hex. */
  readonly treeHash: string
  /** The archive the service named without proof that it holds this content; `undefined` where it named none. */
  readonly archiveId: string | undefined

  constructor(
    size: number,
    treeHash: string,
    uploadId: string,
    { archiveId, ...context }: CompletionUnknownContext = {},
  ) {
    super(
      'ERR_COMPLETION_UNKNOWN',
      (archiveId === undefined
        ? `Completion of the upload ${uploadId} was sent and not answered, and now the service has no such upload. `
        : `Completion of the upload ${uploadId} was answered with the archive ${archiveId} and without proof of its content. `) +
        `The archive probably exists: in a day, look in an inventory for ${size} bytes of tree hash ${treeHash}.`,
      { ...context, uploadId },
    )
    this.size = size
    this.treeHash = treeHash
    this.archiveId = archiveId
  }
}

/** An archive is stored, but its record could not be written: its ID is in this error and nowhere else. */
export class NotRecordedError extends GlacierPipeError {
  override readonly name = 'NotRecordedError'
  /** The ID of the archive. */
  readonly archiveId: string

  constructor(archiveId: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(
      'ERR_NOT_RECORDED',
      `The archive is stored, but was not recorded: ${reason.replace(/\.?$/, '.')} Write down its ID: ${archiveId}`,
      { cause },
    )
    this.archiveId = archiveId
  }
}

/** The catalog's file cannot be read or written. `cause` is the reason, usually the system's error. */
export class CatalogError extends GlacierPipeError {
  override readonly name = 'CatalogError'
  /** The path of the file. */
  readonly path: string

  constructor(path: string, what: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super('ERR_CATALOG', `The catalog ${path} cannot be ${what}: ${reason}`, { cause })
    this.path = path
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

/**
 * The service does not start a retrieval now: the account's data retrieval policy does not let so much be retrieved, or
 * there is no capacity for an Expedited one (docs/glacier-protocol.md#provisioned-capacity).
 */
export class RetrievalRefusedError extends ServiceError {
  override readonly name = 'RetrievalRefusedError'

  constructor(message: string, details: ServiceErrorDetails) {
    const advice =
      details.serviceCode === 'PolicyEnforcedException'
        ? 'Wait until what was retrieved lately counts no more, retrieve with another tier than Standard, or change the policy.'
        : 'Retrieve with the tier Standard or Bulk, or try again later.'
    super(`${message.replace(/\.?$/, '.')} ${advice}`, details, 'ERR_RETRIEVAL_REFUSED')
  }
}

/** What came as an inventory is none, or not all of one: the service gives no hash by which that would show earlier. */
export class InventoryError extends GlacierPipeError {
  override readonly name = 'InventoryError'

  constructor(message: string) {
    super('ERR_INVENTORY', message)
  }
}

/** A list does not end: a page of it leads back to an earlier one. */
export class RepeatedMarkerError extends GlacierPipeError {
  override readonly name = 'RepeatedMarkerError'
  /** The marker that came a second time. */
  readonly marker: string

  /** @param pages - how many pages came before the marker came again */
  constructor(marker: string, pages: number) {
    super(
      'ERR_REPEATED_MARKER',
      `A list does not end: after ${pages + 1} pages its marker is ${JSON.stringify(marker)} again. ` +
        'Try again; if it is so again, something between this machine and the service answers in its place.',
    )
    this.marker = marker
  }
}

/** A folder cannot be that of a local vault. Nothing in it was changed. */
export class LocalFolderError extends GlacierPipeError {
  override readonly name = 'LocalFolderError'
  /** The folder, absolute. */
  readonly dir: string

  /** @param reason - a part of a sentence, and further sentences without the last full stop */
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
      `The job ${jobId} failed: ${statusMessage ?? 'the service gave no reason'}. Start a new one.`,
    )
    this.jobId = jobId
  }
}

/** The owner of a lock: a process, and since when it holds the lock. */
export interface OwnerDescription {
  /** The name of the owner's host. */
  readonly host: string
  /** The owner's process ID on that host. */
  readonly pid: number
  /** When the owner took the lock, ISO 8601. */
  readonly since: string
}

/** Another process that is alive owns the stream or the output file. Nothing was changed. */
export class LockHeldError extends GlacierPipeError {
  override readonly name = 'LockHeldError'
  /** The process that owns it. */
  readonly owner: OwnerDescription

  /** @param what - what is owned, as `The upload X` */
  constructor(what: string, owner: OwnerDescription, context?: ErrorContext) {
    super(
      'ERR_LOCK_HELD',
      `${what} is owned by process ${owner.pid} on ${owner.host} since ${owner.since}. Nothing was changed: ` +
        'wait until that process ends, or end it.',
      context,
    )
    this.owner = owner
  }
}

/** This process no longer holds a lock it needs: another process has taken it over, or somebody has removed it. */
export class LockLostError extends GlacierPipeError {
  override readonly name = 'LockLostError'

  /** @param what - what was owned, as `the upload X` */
  constructor(what: string, context?: ErrorContext) {
    super(
      'ERR_LOCK_LOST',
      `This process no longer holds the lock on ${what}: another process has taken it over, or the lock was removed. ` +
        'This process stops without changing anything more.',
      context,
    )
  }
}

/** A catalog contains two different descriptions of one archive ID. `catalog rebuild` settles which one is right. */
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
        `Run "catalog rebuild", which settles it from the inventory. The lines are: ${lines.join(' ')}`,
    )
    this.archiveId = archiveId
    this.lines = lines
  }
}

/** A set of volumes has a gap: without the missing volumes, the stream cannot be put together. */
export class IncompleteSetError extends GlacierPipeError {
  override readonly name = 'IncompleteSetError'
  /** The archive ID of the first volume, which identifies the set. */
  readonly firstVolume: string
  /** The numbers of the volumes that the catalog does not know. */
  readonly missing: readonly number[]

  constructor(firstVolume: string, missing: readonly number[]) {
    super(
      'ERR_INCOMPLETE_SET',
      `The catalog does not know volume ${missing.join(', ')} of the set ${firstVolume}. ` +
        'Run "catalog rebuild" once an inventory contains it, or name the volumes to retrieve.',
    )
    this.firstVolume = firstVolume
    this.missing = missing
  }
}

/** An event listener threw. Everything the event reports is recorded: nothing is undone. */
export class ListenerError extends GlacierPipeError {
  override readonly name = 'ListenerError'
  /** The event. */
  readonly event: string
  /** The archive that is stored and recorded; `undefined` where the event did not report one. */
  readonly archiveId: string | undefined

  constructor(event: string, cause: unknown, archiveId?: string, context?: ErrorContext) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const stored =
      archiveId === undefined ? '' : ` The archive is stored and recorded: its ID is ${archiveId}.`
    super(
      'ERR_LISTENER',
      `A listener of the event '${event}' threw: ${reason.replace(/\.?$/, '.')}${stored}`,
      { ...context, cause },
    )
    this.event = event
    this.archiveId = archiveId
  }

  /** The same error, with the archive that was recorded before the event was emitted. */
  withArchive(archiveId: string): ListenerError {
    return new ListenerError(this.event, this.cause, archiveId, { uploadId: this.uploadId })
  }
}

/** A file cannot be the output of a retrieval. It was not changed. */
export class OutputFileError extends GlacierPipeError {
  override readonly name = 'OutputFileError'
  /** The path of the file. */
  readonly path: string

  /** @param reason - what is wrong and what to do, as a sentence */
  constructor(path: string, reason: string, context?: ErrorContext) {
    super('ERR_OUTPUT_FILE', `${path}: ${reason}`, context)
    this.path = path
  }
}

/** The caller's `AbortSignal` fired. Its `name` and `code` are those of Node's own abort errors. */
export class AbortError extends GlacierPipeError {
  override readonly name = 'AbortError'

  constructor(context?: ErrorContext) {
    super('ABORT_ERR', 'The operation was aborted', context)
  }
}
