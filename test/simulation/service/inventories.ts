/**
 * The inventories of the simulated service (docs/glacier-protocol.md#inventories): one a day, the first of which is taken
 * half a day to a day after the first upload. All archives are kept with their times, so an inventory of the past is
 * made when it is needed.
 */
import { arnOf, noInventory } from './refusals.js'
import type { Caller, InventoryFormat } from './service.js'
import type { ServiceContext, SimVault } from './service-context.js'
import type { Archive, Inventory } from './stored.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Decides when the first inventory of a vault is taken, when its first archive is stored. */
export function scheduleInventories({ world, nowMs }: ServiceContext, vault: SimVault): void {
  if (vault.firstInventoryMs !== undefined) return
  const hours = world.choices.between('service/first-inventory-hours', 12, 24, 0.2)
  vault.firstInventoryMs = nowMs + hours * HOUR_MS
}

/** The last inventory of a vault. */
export function lastInventory(context: ServiceContext, caller: Caller, format: InventoryFormat): Inventory {
  const takenMs = lastInventoryMs(context, caller)
  if (takenMs === undefined) throw noInventory(caller)
  const archives = [...context.archives.values()].filter(
    ({ accountId, vaultName, createdMs, deletedMs = Infinity }) =>
      accountId === caller.accountId &&
      vaultName === caller.vaultName &&
      createdMs <= takenMs &&
      deletedMs > takenMs,
  )
  const text = format === 'CSV' ? csvOf(archives) : jsonOf(caller, takenMs, archives)
  return { takenMs, format, archives, bytes: Buffer.from(text) }
}

/**
 * The time of the last inventory; `undefined` before the first. An inventory is left out if nothing has changed since the
 * one before.
 */
export function lastInventoryMs(context: ServiceContext, caller: Caller): number | undefined {
  const { firstInventoryMs: firstMs } = context.vaultOf(caller)
  if (firstMs === undefined || context.nowMs < firstMs) return undefined
  let takenMs = firstMs
  for (const { accountId, vaultName, createdMs, deletedMs = 0 } of context.archives.values()) {
    if (accountId !== caller.accountId || vaultName !== caller.vaultName) continue
    for (const changedMs of [createdMs, deletedMs]) {
      const nextMs = firstMs + Math.ceil((changedMs - firstMs) / DAY_MS) * DAY_MS
      if (nextMs <= context.nowMs) takenMs = Math.max(takenMs, nextMs)
    }
  }
  return takenMs
}

function jsonOf(caller: Caller, takenMs: number, archives: readonly Archive[]): string {
  const ArchiveList = archives.map(({ archiveId, description, createdMs, bytes, treeHash }) => ({
    ArchiveId: archiveId,
    ArchiveDescription: description ?? '',
    CreationDate: dateOf(createdMs),
    Size: bytes.length,
    SHA256TreeHash: treeHash,
  }))
  return JSON.stringify({ VaultARN: arnOf(caller), InventoryDate: dateOf(takenMs), ArchiveList })
}

function csvOf(archives: readonly Archive[]): string {
  const rows = archives.map(({ archiveId, description = '', createdMs, bytes, treeHash }) =>
    [archiveId, `"${description.replaceAll('"', '\\"')}"`, dateOf(createdMs), bytes.length, treeHash].join(
      ',',
    ),
  )
  return ['ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash', ...rows, ''].join('\n')
}

/** A date of an inventory: it has seconds only. */
function dateOf(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z')
}
