/** What an upload gave: plain data. */
import type { ByteRange } from '../byte-range.js'

/** An archive the service has stored, its tree hash confirmed. */
export interface Archive {
  /** The only name the service knows it by. Losing it costs a day: inventories are daily. */
  readonly archiveId: string
  /** The name of the vault. */
  readonly vaultName: string
  /** Bytes. */
  readonly size: number
  /** Lowercase hex. */
  readonly treeHash: string
  /** Bytes in each part but the last. */
  readonly partSize: number
  /** How many parts it was sent in; 1 where it went up in one request. */
  readonly parts: number
  /** The description as the service keeps it; `undefined` where none was given. */
  readonly description: string | undefined
  /** The archive's path at the service; `undefined` where it gave none. */
  readonly location: string | undefined
  /** Its place in the stream: 1, and more where the stream took several archives. */
  readonly volume: number
  /** The archive ID of the stream's first volume; `undefined` in that one itself. */
  readonly firstVolume: string | undefined
}

/** An archive that is stored and recorded. */
export interface RecordedArchive {
  /** The archive. */
  readonly archive: Archive
  /** Emits the events that waited for the record. */
  readonly emit: () => void
}

/** A part the service has taken, its tree hash confirmed. */
export interface UploadedPart extends ByteRange {
  /** 0-based, in the stream. */
  readonly index: number
  /** Lowercase hex. */
  readonly treeHash: string
  /** True where a resumed upload had it already, so that it was not sent. */
  readonly skipped: boolean
  /** How many requests are let in at once as things stand. */
  readonly concurrency: number
}

/** Something that does not fail an upload and should be known. */
export interface UploadWarning {
  /**
   * - `NEARLY_FULL`: four fifths of the parts an archive may have are used
   * - `PARTS_DIFFERED`: parts that a resumed upload had were others than the source has now, and were sent again
   * - `POSSIBLE_ORPHAN`: a request that stores an archive may have been carried out without being answered
   * - `REQUEST_STUCK`: a request has failed for 15 minutes while others succeeded
   * - `VOLUME_EXPIRED`: the service no longer has the upload of a later volume, which is uploaded again
   */
  readonly code: 'NEARLY_FULL' | 'PARTS_DIFFERED' | 'POSSIBLE_ORPHAN' | 'REQUEST_STUCK' | 'VOLUME_EXPIRED'
  /** A sentence for people. */
  readonly message: string
}
