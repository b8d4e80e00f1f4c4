/** `catalog rebuild`: adds to the catalog the archives that only the vault has, from an inventory. */
import { Catalog } from '../../../lib/catalog/catalog.js'
import { InventoryReader } from '../../../lib/inventory/inventory-reader.js'
import { rebuild } from '../../../lib/reconcile/rebuild.js'
import { vaultStore } from '../../../lib/vault/vault-store.js'
import { checkRebuilt } from '../invariants/rebuilt-is-whole.js'
import { accountOf, VAULT } from '../service/accounts.js'
import type { SimProcess } from '../world/sim-process.js'
import { LIMITS } from '../world/world.js'
import { CATALOG, PLACE, type Environment } from './environment.js'

/** Rebuilds the catalog. */
export async function rebuildCatalog(
  env: Environment,
  process: SimProcess,
  signal: AbortSignal,
): Promise<void> {
  const { runtime, name, world } = process
  const accountId = accountOf(process)
  const store = vaultStore(env.clientOf(process, env.service, accountId), { vaultName: VAULT }, LIMITS)
  const catalog = await Catalog.openOn(runtime, CATALOG)
  try {
    const rows = new InventoryReader({
      store,
      selection: { format: world.choices.pick(`${name}/format`, ['JSON', 'CSV'] as const, 0.3) },
      runtime,
      retryFor: world.choices.pick(`${name}/retry-min`, [360, 0, 60], 0.3) * 60_000,
      signal,
    })
    rows.on('error', () => undefined) // it may be stopped before it is read, as in the command
    let jobId: string | undefined
    rows.on('ready', (job) => {
      jobId = job.jobId
    })
    const closed = new Promise((resolve) => rows.once('close', resolve))
    const vault = { vaultName: VAULT, ...PLACE }
    try {
      await rebuild({ catalog, rows, vault, accountId, files: runtime.files })
    } finally {
      rows.destroy()
      await closed
    }
    checkRebuilt(env, process, jobId)
    world.reached('catalog rebuilt')
  } finally {
    await catalog.close()
  }
}
