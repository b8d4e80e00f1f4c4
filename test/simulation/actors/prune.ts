/** `prune --keep-last 1 --now`: deletes older streams, as the command does. */
import { Catalog } from '../../../lib/catalog/catalog.js'
import { archivesOf, candidatesIn } from '../../../lib/cli/run/prune/candidates.js'
import { planPrune } from '../../../lib/cli/run/prune/prune-plan.js'
import { deleteArchives } from '../../../lib/deletion/delete-archives.js'
import { LOCAL_CALENDAR } from '../../../lib/retention/calendar.js'
import { checkKept } from '../invariants/one-stream-is-kept.js'
import { accountOf, VAULT } from '../service/accounts.js'
import type { SimProcess } from '../world/sim-process.js'
import { CATALOG, PLACE, type Environment } from './environment.js'

/** Deletes all streams but the newest of each name. */
export async function prune(env: Environment, process: SimProcess, signal: AbortSignal): Promise<void> {
  const { runtime, world } = process
  const { files, wallClock } = runtime
  const accountId = accountOf(process)
  const place = { vaultName: VAULT, ...PLACE, accountId }
  const candidates = await candidatesIn(CATALOG, place, () => true, files)
  const time = { nowMs: wallClock.now(), calendar: LOCAL_CALENDAR }
  const { deleted } = planPrune(candidates, { last: 1 }, time, true)
  const groups = deleted.map(({ entry }) => [...archivesOf(entry)].sort((a, b) => b.volume - a.volume))
  for (const { archiveId } of groups.flat()) env.ledger.deleted.add(archiveId)
  checkKept(env, process)
  const catalog = await Catalog.openOn(runtime, CATALOG)
  try {
    const client = env.clientOf(process, env.service, accountId)
    await deleteArchives(groups, {
      ...{ client, catalog, vaultName: VAULT, address: PLACE, wallClock, signal },
      onDeleted: async () => {
        world.reached('archive deleted')
      },
    })
  } finally {
    await catalog.close()
  }
}
