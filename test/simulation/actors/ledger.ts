/** The reports of the processes of a run, for the invariants. */
import type { Content } from './content.js'

/** An archive as a success reports it. */
export interface ReportedArchive {
  readonly archiveId: string
  readonly size: number
  readonly hash: string
}

/** The success of a `put`. */
export interface StoredStream {
  readonly process: string
  /** The name of the stream; `undefined` if it has none. */
  readonly streamName: string | undefined
  readonly content: Content
  readonly archives: readonly ReportedArchive[]
}

/** A file that a retrieval has completed, or may have. */
export interface ExpectedFile {
  readonly path: string
  readonly bytes: Buffer
  /** The content that is retrieved into the file. */
  readonly stored: StoredStream
  /** Whether it may be whatever is or was at the keys of the stream, since only they are known. */
  readonly isAny: boolean
}

/** The reports of one run. */
export class Ledger {
  readonly stored: StoredStream[] = []
  readonly files: ExpectedFile[] = []
  /** The contents of catalogs that were deleted or replaced while they may have been open. */
  readonly lostCatalogs: string[] = []
  /** The IDs of the archives that a process was told to delete. */
  readonly deleted = new Set<string>()
}
