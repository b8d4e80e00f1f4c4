/** The facts that a stream is selected by, and the result of the selection. */
import type { Lock } from '../fs/lock.js'
import type { ResumePoint } from '../upload/resume-point.js'
import type { Clock } from '../runtime/clock.js'
import type { ByteSource } from '../stages/byte-source.js'
import type { ArchiveStore } from '../store/archive-store.js'
import type { UploadJournal } from '../store/upload-journal.js'
import type { RetryNotice } from '../transfer/retry.js'
import type { StreamHome, StreamIdentity } from './stream-owner.js'

/** The facts that a stream is selected by. */
export interface StreamSelection extends StreamHome {
  readonly identity: StreamIdentity
  /** The vault of the identity. */
  readonly store: ArchiveStore
  readonly source: ByteSource
  /** The ID of the upload to resume, or to compare the source with; default: no upload is selected by its ID. */
  readonly uploadId?: string | undefined
  /** Whether the newest unfinished stream of the identity is resumed; default false. */
  readonly resume?: boolean | undefined
  /** Milliseconds since the last success for which requests are repeated; default 6 hours. */
  readonly retryFor?: number | undefined
  /** The clock of the pauses between attempts; default that of the runtime. */
  readonly clock?: Clock | undefined
  /**
   * Bytes in each part of an upload that is selected by its ID, if neither the catalog nor the store knows it: a bucket
   * does not state it. Parts of another size are sent again.
   */
  readonly partSize: number
  /** Maximum bytes of memory for parts. A stream without a name is recognized only by a part that fits into it. */
  readonly memory: number
  /** Ends the selection early, with an `AbortError`. */
  readonly signal: AbortSignal
  /** Called with each note on what is selected, for the user. */
  readonly note: (line: string) => void
  /** Called with each warning, which the user must not miss: a stream is taken over from another host. */
  readonly warn: (line: string) => void
  /** Called for requests that are made again. */
  readonly onRetry: (notice: RetryNotice) => void
}

/** The stream to upload, owned by this process. */
export interface SelectedStream {
  readonly lock: Lock
  readonly journal: UploadJournal
  /** The point where the stream is resumed; `undefined` for a new stream. */
  readonly point: ResumePoint | undefined
  /** The whole source, from its beginning. */
  readonly source: ByteSource
}
