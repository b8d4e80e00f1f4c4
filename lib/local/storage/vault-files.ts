/**
 * Vaults on disk: they are created, inventoried, listed and deleted here. vault-folders.ts has their folders.
 *
 * - Counts are those of the last inventory (docs/glacier-protocol.md#vaults): vault-inventories.ts.
 * - A vault is deleted by removing its folder of archives, which fails if there is one. After that no archive can be
 *   stored.
 */
import { rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, renameDurably } from '../../fs/durable.js'
import { isVaultName } from '../../glacier/names.js'
import { DamageError, unlessDamaged } from '../disk/damage.js'
import { kindOf, namesIn, unlessMissing } from '../disk/disk.js'
import { isMisplaced } from '../disk/files.js'
import { atIntervals, type InventorySchedule } from '../realism/inventory-schedule.js'
import type { Inventory, InventoryRow } from '../records/inventory-record.js'
import { damagedVault, type VaultRecord } from '../records/vault-record.js'
import { invalidParameter, limitExceeded } from '../service/api-error.js'
import { mapConcurrently } from '../service/concurrency-limit.js'
import { DAY_MS } from '../service/durations.js'
import { unlessNotFound } from '../service/not-found.js'
import { dateOf, type StoreContext } from './store-context.js'
import { VAULT_FOLDERS, VaultFolders } from './vault-folders.js'
import { VaultInventories } from './vault-inventories.js'

/** The maximum number of vaults of an account in a region (docs/glacier-protocol.md#limits). */
const MAX_VAULTS = 1000
/** Vaults that are read at the same time for a list. Each may need an inventory. */
const VAULTS_READ_AT_ONCE = 4

/** The vaults of an account in a region. */
export class VaultFiles extends VaultFolders {
  readonly #context: StoreContext
  readonly #inventories: VaultInventories

  /**
   * @param context - the dependencies of the stores
   * @param schedule - when inventories are taken; default a day after the last one
   */
  constructor(context: StoreContext, schedule: InventorySchedule = atIntervals(DAY_MS)) {
    super(context)
    this.#context = context
    this.#inventories = new VaultInventories(context, schedule)
  }

  /**
   * Creates a vault unless it exists.
   *
   * @throws {ApiError} 400: the name is not valid, or the maximum number of vaults is reached; 507: something else is in
   *   the place of the vault
   */
  async create(name: string): Promise<void> {
    if (!isVaultName(name)) throw invalidParameter(`Invalid vault name: ${name}`)
    const archives = this.path(name, 'archives')
    if ((await this.read(name)) && (await kindOf(archives)) !== 'missing') return
    await this.withLock(name, async () => {
      const { disk } = this.#context
      if (await this.read(name)) {
        await makeFolder(archives) // a deletion was interrupted
        return
      }
      if ((await namesIn(disk.path('vaults'))).length >= MAX_VAULTS)
        throw limitExceeded(`The limit of ${MAX_VAULTS} vaults has been reached.`)
      const vault: VaultRecord = { name, creationDate: dateOf(this.#context), inventory: null }
      await disk.unfinished(async (temporary) => {
        for (const kind of VAULT_FOLDERS) await makeFolder(join(temporary, kind))
        await disk.writeJson(join(temporary, 'vault.json'), vault)
        await makeFolder(disk.path('vaults')) // the first vault of the region
        await renameDurably(temporary, this.path(name)).catch((error: unknown) => {
          throw isMisplaced(error)
            ? new DamageError(damagedVault(name), 'its vault.json is missing', error)
            : error
        })
      })
    })
  }

  /**
   * A vault. If an inventory is due, it is taken first.
   *
   * @throws {ApiError} 404: the vault does not exist; 507: it is damaged
   */
  async find(name: string): Promise<VaultRecord> {
    return this.#inventoriedAt(name, this.#context.now)
  }

  /**
   * Takes an inventory now.
   *
   * @throws {ApiError} 404: the vault does not exist; 507: it is damaged
   */
  async takeInventory(name: string): Promise<Inventory> {
    return this.withLock(name, async () => this.#inventories.take(await this.peek(name), this.#context.now()))
  }

  /** The current archives of all vaults. Damaged ones are reported and left out. No inventory is taken. */
  async *allArchives(): AsyncGenerator<InventoryRow, void, undefined> {
    for (const name of await this.vaultNames()) yield* this.#inventories.rowsNow(name)
  }

  /** The path of the rows of a vault's inventory. */
  inventoryPath(name: string): string {
    return this.#inventories.path(name)
  }

  /** All vaults, sorted by name. Damaged ones are reported and left out. */
  async list(): Promise<VaultRecord[]> {
    const names = await namesIn(this.#context.disk.path('vaults'))
    const vaults = await mapConcurrently(
      names,
      VAULTS_READ_AT_ONCE,
      (name) => unlessDamaged(unlessNotFound(this.find(name)), this.#context.onFailure), // 404: deleted meanwhile
    )
    return vaults.filter((vault) => vault !== undefined)
  }

  /**
   * Deletes a vault. Does nothing if it does not exist.
   *
   * @throws {ApiError} 400: it had archives at the last inventory, or was written to since
   */
  async delete(name: string): Promise<void> {
    if (!isVaultName(name)) return
    await this.withLock(name, async () => {
      const found = await this.read(name)
      if (!found) return
      const archives = await this.folder(name, 'archives')
      const { inventory } = await this.#inventories.complete(found, this.#context.now())
      const isWritten =
        (await this.#inventories.lastWrite(name)) >= Date.parse(inventory?.date ?? '1970-01-01')
      const isEmpty = !isWritten && (inventory?.archiveCount ?? 0) === 0
      if (!isEmpty || !(await isRemoved(archives))) {
        throw invalidParameter(`Vault not empty or recently written to: ${this.arnOf(name)}`)
      }
      await this.#context.disk.discard(this.path(name))
    })
  }

  /**
   * Runs an action that stores or deletes an archive, and notes the write twice: before the action, so that a crash
   * during it cannot hide the change from the next inventory, and after it, so that an inventory taken meanwhile cannot.
   */
  async withWriteNoted(name: string, action: () => Promise<void>): Promise<void> {
    await this.#noteWrite(name)
    await action()
    await this.#noteWrite(name)
  }

  async #noteWrite(name: string): Promise<void> {
    const now = this.#context.now()
    // The time of the inventory is that of the write, so that a night which begins meanwhile comes after the write.
    if (this.#inventories.precedeWrites) await this.#inventoriedAt(name, () => now)
    await this.#inventories.noteWrite(name, now)
  }

  /** The vault. If an inventory is due, it is taken first; whether it is due is checked again with the lock. */
  async #inventoriedAt(name: string, now: () => number): Promise<VaultRecord> {
    const vault = await this.peek(name)
    if ((await this.#inventories.dueDate(vault, now())) === undefined) return vault
    return this.withLock(name, async () => this.#inventories.complete(await this.peek(name), now()))
  }
}

/** Removes a folder if it is empty; whether it is gone. */
function isRemoved(path: string): Promise<boolean> {
  return unlessMissing(rmdir(path), undefined).then(
    () => true,
    () => false, // it is not empty
  )
}
