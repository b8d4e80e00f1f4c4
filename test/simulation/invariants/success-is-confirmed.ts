/** A success is reported only if the service has stated the right hash of the archive, or none, or an inventory has it. */
import type { Environment } from '../actors/environment.js'
import type { StoredStream } from '../actors/ledger.js'

/** Looks for a response that confirms each archive. */
export function checkConfirmed({ world, service }: Environment, { process, archives }: StoredStream): void {
  for (const { archiveId } of archives) {
    const isConfirmed = service.history.records.some(
      ({ responseId, result, faults }) =>
        responseId === archiveId && result === 'success' && !faults.includes('wrong-hash'),
    )
    const isInInventory = [...service.jobs.values()].some(
      ({ content }) =>
        'inventory' in content &&
        content.inventory.archives.some((archive) => archive.archiveId === archiveId),
    )
    if (!isConfirmed && !isInInventory)
      world.fail('a success is confirmed', `${process} reports ${archiveId} without a right hash of it`)
  }
}
