/**
 * What a catalog keeps: one JSON object a line, told apart by `type`, which stands first. Readers pass over types and
 * fields they do not know, so that an older version can read a newer one's file.
 */

/** Where something is kept: what an archive ID alone does not say, and nobody remembers in five years. */
export interface Place {
  /** The AWS region, as `eu-west-1`. */
  readonly region: string
  /** The address, where it is not the service's own. */
  readonly endpoint?: string | undefined
}

/** Where a vault is. */
export interface VaultPlace extends Place {
  readonly vaultName: string
}

/** Whether something is in a vault, and not in one of the same name elsewhere. */
export function isAt(it: VaultPlace, { vaultName, region, endpoint }: VaultPlace): boolean {
  return it.vaultName === vaultName && it.region === region && it.endpoint === endpoint
}

/** What any record has. */
interface Noted extends VaultPlace {
  /** When it was written, ISO 8601. */
  readonly time: string
  /** 12 digits; absent where the service did not say. */
  readonly accountId?: string | undefined
}

/** An archive that is stored. */
export interface ArchiveRecord extends Noted {
  readonly type: 'archive'
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
  /** Whether the stream goes on in another volume. */
  readonly more?: true | undefined
  /** The upload it came from; absent where it went up in one request. */
  readonly uploadId?: string | undefined
}

/** An upload that was begun. */
export interface BegunRecord extends Noted {
  readonly type: 'begun'
  readonly uploadId: string
  readonly partSize: number
  readonly description?: string | undefined
  readonly volume: number
  readonly firstVolume?: string | undefined
}

/** An upload about to be completed: from here on the archive may exist. */
export interface CompletingRecord {
  readonly type: 'completing'
  readonly time: string
  readonly uploadId: string
}

/** An upload the service has no more, with no archive of it. */
export interface EndedRecord {
  readonly type: 'ended'
  readonly time: string
  readonly uploadId: string
}

/** An archive that may exist: a request to store it was not answered. */
export interface OrphanRecord extends Noted {
  readonly type: 'orphan'
  readonly size: number
  readonly treeHash: string
  readonly description?: string | undefined
}

/** An archive that was deleted. */
export interface DeletedRecord extends Noted {
  readonly type: 'deleted'
  readonly archiveId: string
}

/** A line of a catalog. */
export type CatalogRecord =
  ArchiveRecord | BegunRecord | CompletingRecord | DeletedRecord | EndedRecord | OrphanRecord

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
    return JSON.parse(text) as CatalogRecord
  } catch {
    return undefined // torn: what it was about to say had not happened yet
  }
}
