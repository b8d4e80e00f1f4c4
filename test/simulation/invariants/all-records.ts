/** All records that the catalog has, or had when somebody deleted or replaced it. */
import { CATALOG, type Environment } from '../actors/environment.js'
import { recordsIn, type RawRecord } from './catalog-records.js'

/** Reads the records of the catalog as it is on disk, and of the catalogs that were lost. */
export function allRecords({ disk, ledger }: Environment): RawRecord[] {
  const current = disk.exists(CATALOG) ? disk.bytesOf(CATALOG).toString() : ''
  return [...ledger.lostCatalogs, current].flatMap(recordsIn)
}
