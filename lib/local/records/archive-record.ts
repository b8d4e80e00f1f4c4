/** `archives/ARCHIVE_ID/archive.json`: an archive, and the positions of its parts. */
import type { ByteRange } from '../../byte-range.js'
import { isPartSize } from '../../glacier/part-size.js'
import { isId, newArchiveId } from './identifiers.js'
import { isCount, isDate, isHash, nullOr, shaped } from './shape.js'

/** `archive.json`. */
export interface ArchiveRecord {
  readonly archiveId: string
  readonly description: string | null
  /** Bytes. */
  readonly size: number
  readonly treeHash: string
  /** Bytes of each part except the last. */
  readonly partSize: number
  /** ISO 8601. */
  readonly creationDate: string
}

/** A range of bytes of one part of an archive. */
export interface Piece extends ByteRange {
  /** The 0-based index of the part. */
  readonly index: number
  /** Bytes of the whole part. */
  readonly size: number
}

/** Whether a value has the form of an {@link ArchiveRecord}. Its ID may be a folder's name, and its description a header. */
export const isArchive: (value: unknown) => value is ArchiveRecord = shaped<ArchiveRecord>({
  archiveId: (value) => typeof value === 'string' && isId(value),
  description: nullOr((value) => typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)),
  size: isCount,
  treeHash: isHash,
  partSize: (value) => typeof value === 'number' && isPartSize(value),
  creationDate: isDate,
})

/** Whether a value has the form of the {@link ArchiveRecord} in the folder of an archive. */
export function archiveFormOf(archiveId: string): (value: unknown) => value is ArchiveRecord {
  return (value): value is ArchiveRecord => isArchive(value) && value.archiveId === archiveId
}

/** The name of an archive in messages about damage. */
export function damagedArchive(vaultName: string, archiveId: string): string {
  return `The archive ${archiveId} in the vault ${vaultName}`
}

/** The name of a part's file, by its 0-based index. */
export function partName(index: number): string {
  return `${String(index).padStart(5, '0')}.part`
}

/** A new archive. */
export function newArchive(
  description: string | null,
  size: number,
  treeHash: string,
  partSize: number,
  creationDate: string,
): ArchiveRecord {
  return { archiveId: newArchiveId(), description, size, treeHash, partSize, creationDate }
}

/** The pieces of parts that make up a range of an archive. */
export function piecesOf({ partSize, size }: ArchiveRecord, { start, end }: ByteRange): Piece[] {
  const pieces: Piece[] = []
  for (let at = start; at < end;) {
    const index = Math.floor(at / partSize)
    const from = index * partSize
    const to = Math.min(from + partSize, end)
    pieces.push({ index, start: at - from, end: to - from, size: Math.min(partSize, size - from) })
    at = to
  }
  return pieces
}
