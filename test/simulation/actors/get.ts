/** `get` from a vault: retrieves a stream, to a consumer or to a file. */
import type { RetrievalPlanOptions } from '../../../lib/retrieve/retrieval-plan.js'
import { vaultStore } from '../../../lib/vault/vault-store.js'
import { hasherOn } from '../disk/file-hasher.js'
import { accountOf, VAULT } from '../service/accounts.js'
import type { SimProcess } from '../world/sim-process.js'
import { LIMITS } from '../world/world.js'
import type { Environment } from './environment.js'
import type { StoredStream } from './ledger.js'
import { retrieveFile, retrieveStream, type RetrievalTask } from './retrieval.js'

const TIERS = ['Standard', 'Expedited', 'Bulk'] as const

/** Retrieves a stream, or a range of it, and consumes it. */
export function getStream(
  env: Environment,
  process: SimProcess,
  signal: AbortSignal,
  stored: StoredStream,
): Promise<void> {
  return retrieveStream(env, process, signal, taskOf(env, process, stored))
}

/** Retrieves a stream into a file. */
export function getFile(
  env: Environment,
  process: SimProcess,
  signal: AbortSignal,
  stored: StoredStream,
): Promise<void> {
  return retrieveFile(env, process, signal, taskOf(env, process, stored), {
    name: stored.archives.map(({ archiveId }) => archiveId).join('+'),
    vaultName: VAULT,
    makeHasher: () => hasherOn(process.runtime.files, LIMITS.leafSize),
  })
}

function taskOf(env: Environment, process: SimProcess, stored: StoredStream): RetrievalTask {
  return {
    stored,
    makeStore: () =>
      vaultStore(env.clientOf(process, env.service, accountOf(process)), { vaultName: VAULT }, LIMITS),
    drawPlan: (isWhole) => drawPlan(process, stored, isWhole),
    contentsOf: () => [stored.content.bytes],
  }
}

function drawPlan(
  { world, name }: SimProcess,
  { archives }: StoredStream,
  isWhole: boolean,
): RetrievalPlanOptions {
  const { choices } = world
  const rangeSize = choices.pick(`${name}/range-size`, [16, 32, 64], 0.5)
  const isKnown = !choices.happens(`${name}/knows-ids-only`, isWhole ? 0.2 : 0)
  return {
    archiveId: archives.map(({ archiveId }) => archiveId),
    archiveSizes: isKnown ? archives.map(({ size }) => size) : undefined,
    archiveHashes: isKnown ? archives.map(({ hash: treeHash }) => treeHash) : undefined,
    rangeSize,
    memory: rangeSize * choices.pick(`${name}/memory-ranges`, [6, 4, 9], 0.5),
    concurrency: choices.pick(`${name}/concurrency`, [8, 1, 2], 0.3),
    tier: choices.pick(`${name}/tier`, TIERS, 0.3),
  }
}
