/** The rows of `ls`: an archive, a set of volumes, an archive with a wrong tree hash, or one that may exist. */
import type { CatalogEntry } from '../../../catalog/queries/listing.js'
import type { ArchiveRecord } from '../../../catalog/record.js'
import { archivesOfSet } from '../../../catalog/queries/sets.js'
import { recordName, storedEntryOf } from '../../../catalog/queries/stored-entries.js'
import { isBucketName, isObjectId, keyIn, type VaultAddress } from '../../../catalog/vault-address.js'
import { chargesOf } from '../costs/charges.js'
import { setText } from '../../output/set-text.js'

/** The fields of a row that a table shows. */
export interface TableRow extends VaultAddress {
  /** When it was stored, ISO 8601; for a set the last volume. */
  readonly time: string
  /** Bytes; `undefined` if they are not known. */
  readonly size: number | undefined
  /** The archive ID, for a set that of its first volume; `undefined` if the archive may exist. */
  readonly id: string | undefined
  /** Empty if it has none. */
  readonly name: string
  /** The days that are charged at least, from when it was stored; `undefined` if they are not known. */
  readonly minDays: number | undefined
  /** A remark on its state; empty if there is nothing to say. */
  readonly remark: string
}

/** A row. */
export interface LsRow extends TableRow {
  readonly entry: CatalogEntry
  /** All archive IDs of the row. */
  readonly ids: readonly string[]
  /** The name of the stream, if it is another one; `--name` finds it too. */
  readonly streamName: string | undefined
}

/** Leaves out of a row what a table does not show: a catalog may have millions of rows. */
export function tableRowOf(row: LsRow): TableRow {
  const { time, size, id, name, minDays, remark, vaultName, region, endpoint } = row
  return { time, size, id, name, minDays, remark, vaultName, region, endpoint }
}

/** Makes the row of an entry. */
export function rowOf(entry: CatalogEntry): LsRow {
  const { type } = entry
  if (type === 'possible') {
    const { time, size, vaultName, region, endpoint, description, origin, record } = entry
    const named = 'archiveId' in record && record.archiveId !== undefined
    const remark = named ? `may exist (its ID may be ${record.archiveId})` : 'may exist'
    const isObject = isBucketName(vaultName) // its key is its name, whatever the description says
    const name = recordName({ name: origin.name, description: isObject ? undefined : description }) ?? ''
    const place = { vaultName, region, endpoint }
    const none = { id: undefined, ids: [], minDays: undefined }
    return { entry, time, size, ...none, name, streamName: origin.name, remark, ...place }
  }
  if (type === 'mismatched') {
    const { time, size, vaultName, region, endpoint, archiveId: id } = entry
    const remark = 'wrong: the stored tree hash differs from that of the bytes sent'
    const place = { vaultName, region, endpoint }
    const name = isObjectId(id) ? keyIn(id) : ''
    const minDays = chargesOf(entry)?.minDays
    return { entry, time, size, id, ids: [id], name, streamName: undefined, minDays, remark, ...place }
  }
  const { id, name = '', time, size, set, ...place } = storedEntryOf(entry)
  const ids = [id, ...archivesOfSet(set).map(({ archiveId }) => archiveId)]
  const remark = type === 'set' ? setText(set) : ''
  const minDays = longestOf(set.volumes)
  return { entry, time, size, id, ids, name, streamName: set.volumes[0]?.name, minDays, remark, ...place }
}

/** The longest of the durations that are charged at least; `undefined` if one is not known. */
function longestOf(volumes: readonly ArchiveRecord[]): number | undefined {
  const days = volumes.map((volume) => chargesOf(volume)?.minDays)
  return days.includes(undefined) ? undefined : Math.max(...days.map(Number))
}
