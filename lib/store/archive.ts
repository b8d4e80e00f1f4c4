/** The results of an upload, as plain data. */
import type { ByteRange } from '../byte-range.js'

/** An archive that the service has stored, its hash confirmed. */
export interface Archive {
  /** The only name by which the service knows the archive. If it is lost, only an inventory has it, a day later. */
  readonly archiveId: string
  /** The name of the vault. */
  readonly vaultName: string
  /** Bytes. */
  readonly size: number
  /** The hash of the archive: in a vault, its tree hash, lowercase hex. */
  readonly hash: string
  /** Bytes in each part but the last. */
  readonly partSize: number
  /** The number of parts in which it was sent; 1 if it was sent in one request. */
  readonly parts: number
  /** The description as the service keeps it; `undefined` if none was given. */
  readonly description: string | undefined
  /** The archive's path at the service; `undefined` if the response had none. */
  readonly location: string | undefined
  /** The version of the object that is the archive; absent in a vault, and in a bucket without versions. */
  readonly versionId?: string | undefined
  /** The number of the volume: 1, or more if the stream took several archives. */
  readonly volume: number
  /** The archive ID of the stream's first volume; `undefined` in that volume itself. */
  readonly firstVolume: string | undefined
}

/** An archive that is stored and recorded. */
export interface RecordedArchive {
  /** The archive. */
  readonly archive: Archive
  /** Emits the events that waited for the record. */
  readonly emit: () => void
}

/** A part that the service has stored, its hash confirmed. */
export interface UploadedPart extends ByteRange {
  /** 0-based, in the stream. */
  readonly index: number
  /** The hash of the part: in a vault, its tree hash, lowercase hex. */
  readonly hash: string
  /** Whether a resumed upload had it already, so that it was not sent. */
  readonly skipped: boolean
  /** The number of requests that are allowed at once now. */
  readonly concurrency: number
}

/** A problem that does not fail an upload. */
export interface UploadWarning {
  /**
   * - `NEARLY_FULL`: four fifths of the maximum number of parts of an archive are used
   * - `PARTS_DIFFERED`: parts of a resumed upload differed from the source as it is now, or had no
   *   hash at the service, and were sent again
   * - `POSSIBLE_ORPHAN`: a request that stores an archive may have been carried out, but had no response
   * - `REQUEST_STUCK`: a request has failed for 15 minutes while others succeeded
   * - `VOLUME_EXPIRED`: the service no longer has the upload of a later volume, which is uploaded again
   */
  readonly code: 'NEARLY_FULL' | 'PARTS_DIFFERED' | 'POSSIBLE_ORPHAN' | 'REQUEST_STUCK' | 'VOLUME_EXPIRED'
  /** A sentence for people. */
  readonly message: string
}
