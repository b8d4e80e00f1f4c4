/** After a rebuild, the catalog has every archive of the inventory. */
import type { Environment } from '../actors/environment.js'
import type { SimProcess } from '../world/sim-process.js'
import { recordsOfEach } from './all-records.js'

/** Compares the catalog with the inventory that a job has retrieved. */
export function checkRebuilt(env: Environment, { name, world }: SimProcess, jobId: string | undefined): void {
  const content = env.service.jobs.get(jobId ?? '')?.content
  if (!content || !('inventory' in content)) {
    world.fail('a rebuilt catalog has the inventory', `${name} has rebuilt the catalog from no inventory`)
    return
  }
  const records = recordsOfEach(env).at(-1) ?? []
  for (const { archiveId, bytes, treeHash } of content.inventory.archives) {
    const isKnown = records.some(
      (record) =>
        record.archiveId === archiveId &&
        (record.type !== 'archive' || (record.size === bytes.length && record.treeHash === treeHash)),
    )
    if (!isKnown)
      world.fail('a rebuilt catalog has the inventory', `${name}: ${archiveId} is not in the catalog`)
  }
}
