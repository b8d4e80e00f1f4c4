/** All records that the catalog has, or had when somebody deleted or replaced it. */
import { CATALOG, type SharedEnvironment } from '../actors/environment.js'
import { recordsIn, type RawRecord } from './catalog-records.js'

/** Reads the records of each catalog that was lost, and of the catalog as it is on disk. */
export function recordsOfEach({ disk, ledger }: SharedEnvironment): RawRecord[][] {
  const current = disk.bytesOf(CATALOG)?.toString() ?? ''
  return [...ledger.lostCatalogs, current].map(recordsIn)
}

/** All of these records. */
export function allRecords(env: SharedEnvironment): RawRecord[] {
  return recordsOfEach(env).flat()
}
