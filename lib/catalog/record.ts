/**
 * The records of a catalog: one JSON object a line, told apart by `type`, which stands first. Readers pass over types and
 * fields they do not know, so that an older version can read a newer one's file.
 */

import type { ProcessIdentity } from '../fs/process-identity.js'
import { normalizeEndpoint } from '../glacier/endpoint.js'

/** Where something is kept: what an archive ID alone does not say, and nobody remembers in five years. */
export interface Place {
  /** The AWS region, as `eu-west-1`. */
  readonly region: string
  /**
   * The endpoint actually used, where it is not the service's own: the origin and the base path, without a slash at
   * the end. Of a vault embedded in the command, `local:` and the ID kept in its folder; version 0.1 wrote `local`.
   */
  readonly endpoint?: string | undefined
}

/** Where a vault is. */
export interface VaultPlace extends Place {
  /** The name of the vault. */
  readonly vaultName: string
}

/** Whether something is in a vault, and not in one of the same name elsewhere. */
export function isAt(it: VaultPlace, { vaultName, region, endpoint }: VaultPlace): boolean {
  return it.vaultName === vaultName && it.region === region && isSameEndpoint(it.endpoint, endpoint)
}

/** A record of version 0.1 has the endpoint as it was typed, and no ID of an embedded vault. */
function isSameEndpoint(recorded: string | undefined, used: string | undefined): boolean {
  if (recorded === 'local') return used === 'local' || (used?.startsWith('local:') ?? false)
  return normalized(recorded) === normalized(used)
}

function normalized(endpoint: string | undefined): string | undefined {
  return endpoint === undefined ? undefined : normalizeEndpoint(endpoint)
}

/** The fields that most records have. */
interface Noted extends VaultPlace {
  /** When it was written, ISO 8601. */
  readonly time: string
  /** 12 digits; absent where the service did not say. */
  readonly accountId?: string | undefined
}

/** The size and tree hash of some bytes. */
export interface ContentSummary {
  /** Bytes. */
  readonly size: number
  /** Lowercase hex. */
  readonly treeHash: string
}

/** The fields by which a record of an upload says which stream it belongs to. */
interface OfStream extends Noted {
  /** The name of the stream, from `--name`, `--description` or the file; absent where it has none. */
  readonly name?: string | undefined
  /** Random; the same for all volumes and runs of one stream. Absent in records of version 0.1. */
  readonly streamId?: string | undefined
}

/** An archive that is stored. */
export interface ArchiveRecord extends OfStream {
  /** The type of the record. */
  readonly type: 'archive'
  /** The ID of the archive. */
  readonly archiveId: string
  /** Bytes. */
  readonly size: number
  /** Lowercase hex. */
  readonly treeHash: string
  /** Bytes in each part but the last; absent where the record is from an inventory. */
  readonly partSize?: number | undefined
  /** How many parts it was sent in; absent where the record is from an inventory. */
  readonly parts?: number | undefined
  /** As the service keeps it. */
  readonly description?: string | undefined
  /** Its place in its stream, from 1. */
  readonly volume: number
  /** The archive ID of the stream's first volume; absent in that one itself. */
  readonly firstVolume?: string | undefined
  /** Whether the stream continues in another volume. */
  readonly more?: true | undefined
  /** The upload it came from; absent where it was sent in one request. */
  readonly uploadId?: string | undefined
  /** The `sending` record of the request that stored it; absent where it came from an upload. */
  readonly intentId?: string | undefined
  /**
   * Whether the record settles a conflict: of the records of this archive ID, this one is right. Written by
   * `catalog rebuild` from an inventory.
   */
  readonly settles?: true | undefined
}

/** An upload that was begun. It is open at the service until a later record says otherwise. */
export interface BegunRecord extends OfStream {
  /** The type of the record. */
  readonly type: 'begun'
  /** The ID of the upload. */
  readonly uploadId: string
  /** Bytes in each part but the last. */
  readonly partSize: number
  /** The description of the archive; default none. */
  readonly description?: string | undefined
  /** The number of the volume in its stream, from 1. */
  readonly volume: number
  /** The archive ID of the stream's first volume; absent in the first one. */
  readonly firstVolume?: string | undefined
  /** The process that began it. */
  readonly owner?: ProcessIdentity | undefined
}

/** A completion about to be sent: from here on the archive may exist. Version 0.1 wrote no size and hash. */
export interface CompletingRecord extends Partial<ContentSummary> {
  /** The type of the record. */
  readonly type: 'completing'
  /** The time of the record, ISO 8601. */
  readonly time: string
  /** The ID of the upload. */
  readonly uploadId: string
  /** The first part of the volume. */
  readonly firstPart?: ContentSummary | undefined
  /** Whether the stream continues in another volume. */
  readonly more?: true | undefined
}

/**
 * A request that stores an archive at once, about to be sent. Unless an `archive` or a `rejected` record has the same
 * `intentId`, the archive may exist.
 */
export interface SendingRecord extends OfStream, ContentSummary {
  /** The type of the record. */
  readonly type: 'sending'
  /** Random. */
  readonly intentId: string
  /** The description of the archive; default none. */
  readonly description?: string | undefined
  /** The number of the volume in its stream, from 1. */
  readonly volume: number
  /** The archive ID of the stream's first volume; absent in the first one. */
  readonly firstVolume?: string | undefined
}

/** The service refused an intent for certain: no archive came of it, and an upload is still open. */
export interface RejectedRecord {
  /** The type of the record. */
  readonly type: 'rejected'
  /** The time of the record, ISO 8601. */
  readonly time: string
  /** Of the upload whose completion was refused. */
  readonly uploadId?: string | undefined
  /** Of the `sending` record. */
  readonly intentId?: string | undefined
}

/** An archive that the service stored with another tree hash than that of the bytes sent. It closes the upload. */
export interface MismatchedRecord extends Noted {
  /** The type of the record. */
  readonly type: 'mismatched'
  /** The ID of the archive. */
  readonly archiveId: string
  /** Bytes sent. */
  readonly size: number
  /** The tree hash the service states, lowercase hex; absent where it stated none. */
  readonly treeHash?: string | undefined
  /** The tree hash of the bytes sent, lowercase hex. */
  readonly sentTreeHash: string
  /** The ID of the upload; absent if the archive was sent in one request. */
  readonly uploadId?: string | undefined
  /** The ID of the `sending` intent; absent if the archive came from an upload. */
  readonly intentId?: string | undefined
}

/**
 * The end of an upload that did not become an archive this catalog knows:
 * - `aborted`: by us
 * - `expired`: the service has it no more
 * - `superseded`: it is open, or its stream is incomplete, but the source cannot continue it; only `--upload-id` selects it
 * - `unknown`: completion was sent and not answered, and the upload is gone. `size` and `treeHash` are those of the
 *   archive that may exist
 */
export interface ClosedRecord extends Noted, Partial<ContentSummary> {
  /** The type of the record: how the upload ended. */
  readonly type: UploadOutcome
  /** Absent where a stream ended between two volumes. */
  readonly uploadId?: string | undefined
  /** The stream, where the record ends all of it. */
  readonly streamId?: string | undefined
  /** Of `unknown`: the archive that the service named without proof of its content. */
  readonly archiveId?: string | undefined
}

/** How an upload ended that did not become an archive. */
export type UploadOutcome = 'aborted' | 'expired' | 'superseded' | 'unknown'

/** An upload that ended, in the catalogs of version 0.1: aborted or expired. */
export interface EndedRecord {
  /** The type of the record. */
  readonly type: 'ended'
  /** The time of the record, ISO 8601. */
  readonly time: string
  /** The ID of the upload. */
  readonly uploadId: string
}

/** An archive that may exist, in the catalogs of version 0.1; `sending` records take its place. */
export interface OrphanRecord extends Noted {
  /** The type of the record. */
  readonly type: 'orphan'
  /** The size in bytes. */
  readonly size: number
  /** The tree hash, lowercase hex. */
  readonly treeHash: string
  /** The description of the archive; default none. */
  readonly description?: string | undefined
}

/** An archive that was deleted. */
export interface DeletedRecord extends Noted {
  /** The type of the record. */
  readonly type: 'deleted'
  /** The ID of the archive. */
  readonly archiveId: string
}

/** A line of a catalog. */
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

/** Where a record begins. In JSON text a quote is escaped, so this is never part of a value. */
const BEGIN = /(?=\{"type":")/

/**
 * The records in a line. It is one, or none where the line is torn; where a writer died within a line, the next one's
 * record may stand behind the rest of it.
 */
export function recordsIn(line: string): CatalogRecord[] {
  const whole = parsed(line)
  if (whole) return [whole]
  return line
    .split(BEGIN)
    .map(parsed)
    .filter((record) => record !== undefined)
}

function parsed(text: string): CatalogRecord | undefined {
  if (!text.startsWith('{"type":"')) return undefined
  try {
    const record = JSON.parse(text) as Readonly<Record<string, unknown>>
    return hasFieldsOfTheirTypes(record) ? (record as unknown as CatalogRecord) : undefined
  } catch {
    return undefined // torn: what it was about to say had not happened yet
  }
}

/**
 * Whether the fields that this version knows are of their types. A record with others was not written by this tool, and
 * is skipped like a torn one. Field by field: a catalog may have a million records.
 */
function hasFieldsOfTheirTypes(record: Readonly<Record<string, unknown>>): boolean {
  return (
    isTextOrAbsent(record.time) &&
    isTextOrAbsent(record.region) &&
    isTextOrAbsent(record.endpoint) &&
    isTextOrAbsent(record.vaultName) &&
    isTextOrAbsent(record.accountId) &&
    isTextOrAbsent(record.archiveId) &&
    isTextOrAbsent(record.uploadId) &&
    isTextOrAbsent(record.intentId) &&
    isTextOrAbsent(record.streamId) &&
    isTextOrAbsent(record.firstVolume) &&
    isTextOrAbsent(record.name) &&
    isTextOrAbsent(record.description) &&
    isTextOrAbsent(record.treeHash) &&
    isSizeOrAbsent(record.size) &&
    isSizeOrAbsent(record.partSize) &&
    isSizeOrAbsent(record.parts) &&
    isSizeOrAbsent(record.volume) &&
    (record.firstPart === undefined || (typeof record.firstPart === 'object' && record.firstPart !== null))
  )
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function isSizeOrAbsent(value: unknown): boolean {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0)
}
