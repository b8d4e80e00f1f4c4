/** What an upload gave: plain data. */
import type { ByteRange } from '../vault/byte-range.js'

/** An archive the service has stored, its tree hash confirmed. */
export interface Archive {
  /** The only name the service knows it by. Losing it costs a day: inventories are daily. */
  readonly archiveId: string
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
}

/** A part the service has taken, its tree hash confirmed. */
export interface UploadedPart extends ByteRange {
  /** 0-based. */
  readonly index: number
  /** Lowercase hex. */
  readonly treeHash: string
}
