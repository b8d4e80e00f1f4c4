/** Of the streams of a name that the catalog has, one is kept whole, whatever is pruned. */
import type { Environment } from '../actors/environment.js'
import type { SimProcess } from '../world/sim-process.js'
import { allRecords } from './all-records.js'
import type { RawRecord } from './catalog-records.js'

const INVARIANT = 'a stream of each name is kept'

/** Checks the archives that are to be deleted, before they are. */
export function checkKept(env: Environment, { name, world }: SimProcess): void {
  const { deleted } = env.ledger
  const sets = new Map<string, RawRecord[]>()
  for (const record of allRecords(env)) {
    const { type, archiveId = '', firstVolume = archiveId } = record
    if (type !== 'archive') continue
    sets.set(firstVolume, [...(sets.get(firstVolume) ?? []), record])
  }
  const keptNames = new Set<string>()
  for (const [setId, records] of sets)
    if (isWhole(records) && isKept(env, records))
      for (const streamName of namesOf(env, setId, records)) keptNames.add(streamName)
  for (const [setId, records] of sets) {
    if (!records.some(({ archiveId = '' }) => deleted.has(archiveId))) continue
    const names = namesOf(env, setId, records)
    if (names.length === 0) world.fail(INVARIANT, `${name} deletes ${setId}, which has no name`)
    else if (!names.some((streamName) => keptNames.has(streamName)))
      world.fail(INVARIANT, `${name} deletes ${setId} and keeps no other ${names.join(' or ')}`)
  }
}

/** Whether the records of a set are those of all its volumes. */
function isWhole(records: readonly RawRecord[]): boolean {
  const volumes = new Map(records.map((record) => [record.volume, record]))
  for (let volume = 1; volume <= volumes.size; volume++) {
    const record = volumes.get(volume)
    if (!record || (volume === volumes.size && record.more)) return false
  }
  return true
}

function isKept({ service, ledger }: Environment, records: readonly RawRecord[]): boolean {
  return records.every(
    ({ archiveId = '' }) =>
      !ledger.deleted.has(archiveId) && service.archives.get(archiveId)?.deletedMs === undefined,
  )
}

/**
 * The names of a stream: that in the description of its first volume at the service, and those in its records. They differ
 * where a user gives a name with the ID of an upload that the catalog has lost.
 */
function namesOf({ service }: Environment, setId: string, records: readonly RawRecord[]): string[] {
  const { description } = service.archives.get(setId) ?? {}
  const described =
    description === undefined ? undefined : (JSON.parse(description) as { readonly Path?: string }).Path
  const names = [described, ...records.map((record) => record.name)]
  return names.filter((name) => name !== undefined)
}
