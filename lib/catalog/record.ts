/**
 * The records of a catalog. A record is one JSON object on a line of its own; `type`, which stands first, says which kind.
 * Readers skip types and fields that they do not know, so that an older version can read the file of a newer one.
 */
import type { ProcessIdentity } from '../runtime/process-identity.js'
import type { UploadEnd } from '../store/upload-journal.js'
import type { VaultAddress } from './vault-address.js'

/** The hash of some bytes that is no tree hash. */
export interface RecordedHash {
  /** Of a part, or over the SHA-256 of each part of an archive. */
  readonly algorithm: 'sha256' | 'sha256-composite'
  /** Lowercase hex of a part; `BASE64-N` of an archive of N parts. */
  readonly value: string
  /** Bytes in each part but the last; absent if they are not known. */
  readonly partSize?: number | undefined
}

/** The size and hash of some bytes: of an archive in a vault `treeHash`, of one in a bucket `hash`. */
export interface RecordedContent {
  /** Bytes. */
  readonly size: number
  /** The tree hash, lowercase hex. It does not depend on the part size. */
  readonly treeHash?: string | undefined
  /** The hash of an archive in a bucket. */
  readonly hash?: RecordedHash | undefined
}

/** The fields that most records have. */
interface RecordBase extends VaultAddress {
  /** When the record was written, ISO 8601. */
  readonly time: string
  /** 12 digits; absent if the service did not state it. */
  readonly accountId?: string | undefined
}

/** The fields that name the stream of an upload. */
interface StreamRecord extends RecordBase {
  /** The name of the stream, from `--name`, `--description` or the file; absent if it has none. */
  readonly name?: string | undefined
  /** Random; the same for all volumes and runs of one stream. Absent in records of version 0.1. */
  readonly streamId?: string | undefined
}

/** An archive that is stored. */
export interface ArchiveRecord extends StreamRecord, RecordedContent {
  /** The type of the record. */
  readonly type: 'archive'
  /** The archive's ID, which the service gave. */
  readonly archiveId: string
  /** Bytes in each part but the last; absent if the record is from an inventory. */
  readonly partSize?: number | undefined
  /** Number of parts that were sent; absent if the record is from an inventory. */
  readonly parts?: number | undefined
  /** The description as the service keeps it. */
  readonly description?: string | undefined
  /** The version of the object; absent in a vault, and in a bucket without versions. */
  readonly versionId?: string | undefined
  /** The storage class of the object, as `DEEP_ARCHIVE`; absent in a vault, and if it is not known. */
  readonly storageClass?: string | undefined
  /** The number of the volume in its stream, from 1. */
  readonly volume: number
  /** The archive ID of the stream's first volume; absent in that volume itself. */
  readonly firstVolume?: string | undefined
  /** Whether the stream continues in another volume. */
  readonly more?: true | undefined
  /** The upload that became the archive; absent if it was sent in one request. */
  readonly uploadId?: string | undefined
  /** The `sending` record of the request that stored it; absent if it came from an upload. */
  readonly intentId?: string | undefined
  /**
   * Whether the record settles a conflict: of the records of this archive ID, this one is right. Written by
   * `catalog rebuild` from an inventory.
   */
  readonly settles?: true | undefined
}

/** An upload that was begun. It is open at the service until a later record says otherwise. */
export interface BegunRecord extends StreamRecord {
  /** The type of the record. */
  readonly type: 'begun'
  /** The upload's ID, which the service gave. */
  readonly uploadId: string
  /** Bytes in each part but the last. */
  readonly partSize: number
  /** The description as the service keeps it. */
  readonly description?: string | undefined
  /** The number of the volume in its stream, from 1. */
  readonly volume: number
  /** The archive ID of the stream's first volume; absent in that volume itself. */
  readonly firstVolume?: string | undefined
  /** The process that began it. */
  readonly owner?: ProcessIdentity | undefined
}

/** A completion about to be sent: from here on the archive may exist. Version 0.1 wrote no size and hash. */
export interface CompletingRecord extends Partial<RecordedContent> {
  /** The type of the record. */
  readonly type: 'completing'
  /** When the record was written, ISO 8601. */
  readonly time: string
  /** The upload to be completed. */
  readonly uploadId: string
  /** Random; absent in version 0.1. */
  readonly intentId?: string | undefined
  /** The first part of the volume. */
  readonly firstPart?: RecordedContent | undefined
  /** Whether the stream continues in another volume. */
  readonly more?: true | undefined
}

/**
 * A request that stores an archive at once, about to be sent. Unless an `archive` or a `rejected` record has the same
 * `intentId`, the archive may exist.
 */
export interface SendingRecord extends StreamRecord, RecordedContent {
  /** The type of the record. */
  readonly type: 'sending'
  /** Random. */
  readonly intentId: string
  /** The description as the service keeps it. */
  readonly description?: string | undefined
  /** The number of the volume in its stream, from 1. */
  readonly volume: number
  /** The archive ID of the stream's first volume; absent in that volume itself. */
  readonly firstVolume?: string | undefined
}

/** An intent that is void: the service has stored no archive because of it, and will not. */
export interface RejectedRecord {
  /** The type of the record. */
  readonly type: 'rejected'
  /** When the record was written, ISO 8601. */
  readonly time: string
  /** The upload whose completion was refused; absent for a `sending` record. */
  readonly uploadId?: string | undefined
  /** The `sending` or `completing` record that is void; absent if all `completing` records of the upload are. */
  readonly intentId?: string | undefined
}

/** An archive that the service stored with another tree hash than that of the bytes sent. It closes the upload. */
export interface MismatchedRecord extends RecordBase {
  /** The type of the record. */
  readonly type: 'mismatched'
  /** The archive's ID, which the service gave. */
  readonly archiveId: string
  /** Bytes sent. */
  readonly size: number
  /** The tree hash that the service states, lowercase hex; absent if it stated none. */
  readonly treeHash?: string | undefined
  /** The tree hash of the bytes sent, lowercase hex. */
  readonly sentTreeHash?: string | undefined
  /** The hash of the bytes sent, if it is no tree hash. */
  readonly sentHash?: RecordedHash | undefined
  /** The upload that became the archive; absent if it was sent in one request. */
  readonly uploadId?: string | undefined
  /** The `sending` record of the request that stored it; absent if it came from an upload. */
  readonly intentId?: string | undefined
}

/**
 * The end of an upload that did not become an archive of this catalog:
 * - `aborted`: this tool aborted it
 * - `expired`: the service no longer has it. A `completing` record of another process, which is not rejected, still counts:
 *   the upload may be gone because it is an archive
 * - `superseded`: it is open, or its stream is incomplete, but the source cannot continue it; only `--upload-id` selects it
 * - `unknown`: completion was sent, its response did not arrive, and the upload is gone. `size` and `treeHash` are those
 *   of the archive that may exist
 */
export interface ClosedRecord extends RecordBase, Partial<RecordedContent> {
  /** The type of the record. */
  readonly type: UploadEnd
  /** Absent if a stream ended between two volumes. */
  readonly uploadId?: string | undefined
  /** The stream, if the record ends all of it. */
  readonly streamId?: string | undefined
  /** Only in `unknown`: the archive that the service named without proof of its content. */
  readonly archiveId?: string | undefined
}

/** An upload that ended, in the catalogs of version 0.1: it was aborted, or it expired. */
export interface EndedRecord {
  /** The type of the record. */
  readonly type: 'ended'
  /** When the record was written, ISO 8601. */
  readonly time: string
  /** The upload that ended. */
  readonly uploadId: string
}

/** An archive that may exist, in the catalogs of version 0.1; later versions write `sending` records instead. */
export interface OrphanRecord extends RecordBase, RecordedContent {
  /** The type of the record. */
  readonly type: 'orphan'
  /** The description as the service would keep it. */
  readonly description?: string | undefined
}

/** An archive that was deleted. */
export interface DeletedRecord extends RecordBase {
  /** The type of the record. */
  readonly type: 'deleted'
  /** The ID of the deleted archive. */
  readonly archiveId: string
  /**
   * The archive ID of the first volume of a set: the archive was deleted as a volume of it, and the others are deleted
   * too. Absent if the archive was deleted alone, or is that first volume.
   */
  readonly firstVolume?: string | undefined
}

/** A record of a catalog. */
export type CatalogRecord =
  | ArchiveRecord
  | BegunRecord
  | ClosedRecord
  | CompletingRecord
  | DeletedRecord
  | EndedRecord
  | MismatchedRecord
  | OrphanRecord
  | RejectedRecord
  | SendingRecord

/** The types of records. */
export type RecordType = CatalogRecord['type']

/** The records of some types. */
export type RecordOf<Type extends RecordType> = Extract<CatalogRecord, Record<'type', Type>>
