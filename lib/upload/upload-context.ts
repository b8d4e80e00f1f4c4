/** The dependencies that all requests of one upload share, and the events of an upload. */
import { NotFoundError, UploadGoneError } from '../errors.js'
import type { AdaptiveConcurrency } from '../transfer/concurrency.js'
import type { ProgressMeter, TransferProgress } from '../transfer/progress.js'
import type { Retry, RetryNotice } from '../transfer/retry.js'
import type { RandomSource } from '../runtime/runtime.js'
import type { ArchiveStore, SendLimit } from '../store/archive-store.js'
import type { Archive, UploadedPart, UploadWarning } from '../store/archive.js'
import type { UploadJournal } from '../store/upload-journal.js'
import type { PartMemory } from '../transfer/part-memory.js'
import type { UploadPlan } from './upload-plan.js'

/** The events of an upload. */
export interface UploadEvents {
  /** An upload was begun at the service; its ID. */
  initiated: [uploadId: string]
  /** The service has taken a part and confirmed its hash. Parts may come out of order. */
  part: [part: UploadedPart]
  /** The service has stored an archive, its hash is confirmed, and it is in the journal. */
  archive: [archive: Archive]
  /** Something should be known, and fails nothing. */
  warning: [warning: UploadWarning]
  /** A request failed and is made again. */
  retry: [notice: RetryNotice]
  /** The transfer has made progress: at most ten times a second, and at the end. */
  progress: [progress: TransferProgress]
}

/** The names of the events of an upload. */
export const UPLOAD_EVENTS: Readonly<Record<keyof UploadEvents, true>> = {
  initiated: true,
  part: true,
  archive: true,
  warning: true,
  retry: true,
  progress: true,
}

/** The dependencies that all requests of one upload share. */
export interface UploadContext {
  readonly store: ArchiveStore
  readonly plan: UploadPlan
  readonly retry: Retry
  readonly random: RandomSource
  readonly concurrency: AdaptiveConcurrency
  readonly sendLimit: SendLimit | undefined
  /** Where a part's memory is released to when the service has the part. */
  readonly partMemory: PartMemory
  readonly progress: ProgressMeter
  readonly journal: UploadJournal
  /** Fires when the upload is ended: nothing more is begun, and requests end. */
  readonly signal: AbortSignal
  /** Fires a little later, for requests whose response is worth waiting for: those that store an archive. */
  readonly lastSignal: AbortSignal
  readonly emit: <E extends keyof UploadEvents>(event: E, ...args: UploadEvents[E]) => void
}

/** Whether the service does not have the upload. A missing vault or bucket says nothing about the upload. */
export function isGone(error: unknown): boolean {
  return (
    error instanceof NotFoundError &&
    !(error.reason === 'vault-not-found' || error.reason === 'bucket-not-found')
  )
}

/** The error of a request about an upload: an `UploadGoneError` if the service does not have the upload. */
export function uploadErrorOf(error: unknown, uploadId: string): unknown {
  return isGone(error) ? new UploadGoneError(uploadId, { cause: error }) : error
}
