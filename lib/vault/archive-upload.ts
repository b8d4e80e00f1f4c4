/** An upload in progress: a promise of its archives, with events. */
import type { Archive } from '../store/archive.js'
import { following, type FollowingSignal } from '../streams/caller-signal.js'
import { forwardEvents } from '../streams/forward-events.js'
import { ObservablePromise } from '../streams/observable-promise.js'
import type { TransferProgress } from '../transfer/progress.js'
import type { ArchiveWriter } from '../upload/archive-writer.js'
import type { Archives } from '../upload/send-source.js'
import { UPLOAD_EVENTS, type UploadEvents } from '../upload/upload-context.js'
import type { UploadPlan } from '../upload/upload-plan.js'

/** The handle by which the work of an {@link ArchiveUpload} is controlled and reports. */
export interface UploadHandle {
  /**
   * Makes the signal by which the upload ends early: it fires with the signal of the caller, and on `abort()`.
   *
   * @param caller - checked
   */
  readonly signalWith: (caller: AbortSignal | undefined) => AbortSignal
  /** Emits an event of the upload. */
  readonly emit: <Event extends keyof UploadEvents>(event: Event, ...args: UploadEvents[Event]) => void
  /** Follows a writer: its events, plan, upload ID and archives are those of the upload from now on. */
  readonly follow: (writer: ArchiveWriter) => void
}

/**
 * An upload in progress. It is a promise of the archives that are stored: one, or several if the stream is longer than an
 * archive may be. It emits the events `initiated`, `part`, `archive`, `warning`, `retry` and `progress`, and no `error`.
 *
 * @example
 * ```ts
 * const upload = uploadArchive(source, { client, vaultName: 'backups' })
 * upload.on('progress', ({ doneBytes, totalBytes }) => console.log(doneBytes, totalBytes))
 * process.once('SIGINT', () => upload.abort())
 * const [archive] = await upload
 * ```
 */
export class ArchiveUpload extends ObservablePromise<Archives, UploadEvents> {
  readonly #abort: (reason: unknown) => void
  readonly #writer: () => ArchiveWriter | undefined

  /**
   * @param work - begins the upload
   * @internal
   */
  constructor(work: (handle: UploadHandle) => Promise<Archives>) {
    let writer: ArchiveWriter | undefined
    let own: FollowingSignal | undefined
    super((emit) => {
      const signalWith = (caller: AbortSignal | undefined): AbortSignal => {
        own = following(caller)
        return own.signal
      }
      const follow = (followed: ArchiveWriter): void => {
        writer = followed
        forwardEvents(followed, UPLOAD_EVENTS, emit)
      }
      return work({ signalWith, emit, follow }).finally(() => own?.release())
    })
    this.#abort = (reason) => own?.abort(reason)
    this.#writer = () => writer
  }

  /** Ends the upload early: the promise is rejected with an `AbortError`, whose `cause` is the reason. */
  abort(reason?: unknown): void {
    this.#abort(reason)
  }

  /** The plan of the upload; `undefined` until it is known where a stream is resumed. */
  get plan(): UploadPlan | undefined {
    return this.#writer()?.plan
  }

  /**
   * The ID of the upload that is open at the service; `undefined` if none is, as after completion, and until an upload
   * that is resumed was found.
   */
  get uploadId(): string | undefined {
    return this.#writer()?.uploadId
  }

  /**
   * The transfer as it stands, for a display that is updated by a timer; `undefined` until it is known where a stream is
   * resumed. The event `progress` reports changes.
   */
  get progress(): TransferProgress | undefined {
    return this.#writer()?.progress
  }

  /** The archives that are stored so far, those of earlier runs included. */
  get archives(): readonly Archive[] {
    return this.#writer()?.archives ?? []
  }
}
