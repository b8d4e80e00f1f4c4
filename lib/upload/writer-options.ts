/** What may be said to an archive writer, and what it tells. */
import type { WritableEvents } from '../streams/typed-events.js'
import type { RetryNotice, RetryOptions } from '../transfer/retry.js'
import type { Archive } from '../store/archive.js'
import type { UploadJournal } from '../store/upload-journal.js'
import type { UploadEvents } from './upload-context.js'
import type { UploadPlanOptions } from './upload-plan.js'

/** What an earlier run has left, for `archiveWriter` to continue from. */
export interface ResumeOptions {
  /** An upload that is open at the service. Its parts are compared with the source, and only others are sent. */
  readonly uploadId?: string | undefined
  /** Bytes the source has, where that is certain: one shorter than what was uploaded is refused before anything is sent. */
  readonly sourceSize?: number | undefined
  /** The volumes the stream's beginning is stored in; the source is read past them, and must still be what they hold. */
  readonly earlierVolumes?: readonly Archive[] | undefined
  /**
   * Whether the earlier volumes are the whole stream; default false. Then the source is only compared with them: one that
   * differs or is longer is refused.
   */
  readonly isComplete?: boolean | undefined
}

/** Options of `archiveWriter`. */
export interface ArchiveWriterOptions
  extends Omit<UploadPlanOptions, 'expectedSize'>, RetryOptions, ResumeOptions {
  /** The name of the vault. */
  readonly vaultName: string
  /** 12 digits; default the account of the credentials. */
  readonly accountId?: string | undefined
  /**
   * Any text of at most 1,024 characters once encoded; see `encodeDescription`. Default: none. A resumed upload has
   * the one it was begun with.
   */
  readonly description?: string | undefined
  /** What becomes of a begun upload when something fails, or the writer is destroyed; default `'keep'`. */
  readonly onFailure?: 'keep' | 'abort' | undefined
  /** Where notes are taken of what is begun and stored; default nowhere. A catalog gives one. */
  readonly journal?: UploadJournal | undefined
  /** Ends the upload early: the writer is destroyed with an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

/** The events of an `ArchiveWriter`. */
export interface ArchiveWriterEvents extends UploadEvents, WritableEvents {
  /** A request failed and is made again. */
  retry: [notice: RetryNotice]
}
