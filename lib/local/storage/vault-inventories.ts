/**
 * Takes the inventories of vaults, and records the writes that make them due.
 *
 * - An inventory is taken when it is due by the schedule and the vault was written to since the last one, or on request.
 * - The modification time of the file `written` is the time of the last write.
 * - The caller of `complete` and `take` holds the lock of the vault.
 */
import { lstat, open } from 'node:fs/promises'
import { renameDurably, syncFolder } from '../../fs/durable.js'
import { damageOf, unlessDamaged } from '../disk/damage.js'
import { unlessMissing } from '../disk/disk.js'
import type { StoreContext } from './store-context.js'
import type { InventorySchedule } from '../realism/inventory-schedule.js'
import { archiveRows, takeInventory } from './inventory.js'
import type { Inventory, InventoryRow } from '../records/inventory-record.js'
import { assertFile } from './vault-checks.js'
import { damagedVault, type VaultRecord } from '../records/vault-record.js'
import { assertNotLink } from './vault-checks.js'

/** The inventories of the vaults of an account in a region. */
export class VaultInventories {
  readonly #context: StoreContext
  readonly #schedule: InventorySchedule

  /**
   * @param context - the dependencies of the stores
   * @param schedule - when inventories are taken
   */
  constructor(context: StoreContext, schedule: InventorySchedule) {
    this.#context = context
    this.#schedule = schedule
  }

  /** Whether an inventory that is due is taken before the vault is written to. */
  get precedeWrites(): boolean {
    return this.#schedule.precedesWrites
  }

  /** The path of the rows of a vault's inventory. */
  path(name: string): string {
    return this.#path(name, 'inventory.jsonl')
  }

  /**
   * Records that a vault is written to.
   *
   * @param now - the time, in milliseconds
   */
  async noteWrite(name: string, now: number): Promise<void> {
    const path = this.#path(name, 'written')
    await assertFile(path, name, 'its note of the last write')
    const file = await open(path, 'a', 0o600)
    try {
      await file.utimes(now / 1000, now / 1000)
      await file.sync()
    } finally {
      await file.close()
    }
    await syncFolder(this.#path(name))
  }

  /** The time of the last write to a vault, in milliseconds; -1 if nothing was ever stored. */
  async lastWrite(name: string): Promise<number> {
    const written = lstat(this.#path(name, 'written')).then(({ mtimeMs }) => Math.round(mtimeMs))
    return unlessMissing(written, -1)
  }

  /** The date of the inventory that is due, in milliseconds; `undefined` if none is due. */
  async dueDate({ name, creationDate, inventory }: VaultRecord, now: number): Promise<number | undefined> {
    const writtenAt = await this.lastWrite(name)
    const inventoryAt = inventory ? Date.parse(inventory.date) : undefined
    if (writtenAt < (inventoryAt ?? 0)) return undefined
    const createdAt = Date.parse(creationDate)
    return this.#schedule.dueDate({ now, createdAt, writtenAt, inventoryAt })
  }

  /** The vault with its inventory, which is taken if it is due. */
  async complete(vault: VaultRecord, now: number): Promise<VaultRecord> {
    const date = await this.dueDate(vault, now)
    return date === undefined ? vault : { ...vault, inventory: await this.take(vault, date) }
  }

  /**
   * Takes an inventory.
   *
   * @param at - its date, in milliseconds
   */
  async take(vault: VaultRecord, at: number): Promise<Inventory> {
    const { name } = vault
    const { disk } = this.#context
    const rows = this.path(name)
    const archives = await this.#archives(name)
    const sum = await disk.unfinished(async (temporary) => {
      const found = await takeInventory(name, archives, rows, temporary, this.#context.onFailure)
      await renameDurably(temporary, rows).catch((error: unknown) => {
        throw damageOf(error, damagedVault(name), 'its inventory.jsonl', rows)
      })
      return found
    })
    const inventory = { date: new Date(at).toISOString(), ...sum }
    await disk.writeJson(this.#path(name, 'vault.json'), { ...vault, inventory })
    return inventory
  }

  /** The current archives of a vault. Damaged ones are reported and left out. No inventory is taken. */
  async *rowsNow(name: string): AsyncGenerator<InventoryRow, void, undefined> {
    const { onFailure } = this.#context
    const folder = assertNotLink(this.#path(name), name, 'its folder').then(() => this.#archives(name))
    const archives = await unlessDamaged(folder, onFailure)
    if (archives !== undefined) yield* archiveRows(name, archives, this.path(name), onFailure)
  }

  async #archives(name: string): Promise<string> {
    const archives = this.#path(name, 'archives')
    await assertNotLink(archives, name, 'its folder archives')
    return archives
  }

  #path(name: string, ...rest: readonly string[]): string {
    return this.#context.disk.path('vaults', name, ...rest)
  }
}
