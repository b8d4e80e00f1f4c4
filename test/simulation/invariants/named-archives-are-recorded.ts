/** An archive whose ID has reached a process is recorded by its ID, also if it is not the one that was meant. */
import type { Environment } from '../actors/environment.js'
import type { FaultKind } from '../world/faults.js'
import { allRecords } from './all-records.js'

/** Faults by which a record cannot be written. */
const EXCUSES: readonly FaultKind[] = ['disk-error', 'disk-full', 'file-replaced', 'power-cut']

/** Looks for archives whose IDs processes have got and not recorded. */
export function checkNamedAreRecorded(env: Environment): void {
  const { world, service, table, kinds } = env
  if (EXCUSES.some((kind) => kinds.has(kind))) return
  const ended = new Set([...table.values()].filter(({ state }) => state === 'ended').map(({ name }) => name))
  const known = new Set(allRecords(env).map(({ archiveId }) => archiveId))
  for (const { operation, who, result, responseId } of service.history.records) {
    if (operation !== 'completeUpload' && operation !== 'uploadArchive') continue
    if (result === 'success' && ended.has(who) && !known.has(responseId))
      world.fail('an archive with a known ID is recorded', `${who} got ${responseId}, which has no record`)
  }
}
