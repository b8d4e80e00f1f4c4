/** The rows of `ls`: an archive, a set of volumes, an archive with a wrong tree hash, or one that may exist. */
import type { CatalogEntry } from '../../../catalog/queries/listing.js'
import { archivesOfSet } from '../../../catalog/queries/sets.js'
import { recordName, storedEntryOf } from '../../../catalog/queries/stored-entries.js'
import type { VaultAddress } from '../../../catalog/vault-address.js'
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
export function tableRowOf({ time, size, id, name, remark, vaultName, region, endpoint }: LsRow): TableRow {
  return { time, size, id, name, remark, vaultName, region, endpoint }
}

/** Makes the row of an entry. */
export function rowOf(entry: CatalogEntry): LsRow {
  const { type } = entry
  if (type === 'possible') {
    const { time, size, vaultName, region, endpoint, description, origin, record } = entry
    const named = 'archiveId' in record && record.archiveId !== undefined
    const remark = named ? `may exist (its ID may be ${record.archiveId})` : 'may exist'
    const name = recordName({ name: origin.name, description }) ?? ''
    const place = { vaultName, region, endpoint }
    return { entry, time, size, id: undefined, ids: [], name, streamName: origin.name, remark, ...place }
  }
  if (type === 'mismatched') {
    const { time, size, vaultName, region, endpoint, archiveId: id } = entry
    const remark = 'wrong: the stored tree hash differs from that of the bytes sent'
    const place = { vaultName, region, endpoint }
    return { entry, time, size, id, ids: [id], name: '', streamName: undefined, remark, ...place }
  }
  const { id, name = '', time, size, set, ...place } = storedEntryOf(entry)
  const ids = [id, ...archivesOfSet(set).map(({ archiveId }) => archiveId)]
  const remark = type === 'set' ? setText(set) : ''
  return { entry, time, size, id, ids, name, streamName: set.volumes[0]?.name, remark, ...place }
}
