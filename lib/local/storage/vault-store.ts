/**
 * Vaults on disk: `vaults/NAME/vault.json`, and beside it the folders of archives, uploads and jobs.
 *
 * - Counts are as of the last inventory (docs/glacier-protocol.md#vaults): vault-inventories.ts.
 * - A vault is deleted by removing its folder of archives, which fails if there is one; then no archive can get in.
 * - Whatever finds the folders of a vault missing while it works was overtaken by a deletion, and fails as for a vault
 *   that there never was: {@link VaultStore.unlessDeleted}.
 */
import { rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, renameDurably } from '../../fs/durable.js'
import { isVaultName } from '../../glacier/names.js'
import { mapBounded } from '../bounded.js'
import { DamageFault, readRecord, unlessDamaged } from '../disk/damage.js'
import { kindOf, namesIn, unlessMissing } from '../disk/disk.js'
import { isGone, isMisplaced } from '../disk/files.js'
import { dateOf, DAY, type Ground } from '../ground.js'
import { atIntervals, type InventorySchedule } from '../realism/inventory-schedule.js'
import type { InventoryRow } from './inventory.js'
import { VaultInventories } from './vault-inventories.js'
import { assertNoLink, damagedVault, readVault, type Inventory, type VaultRecord } from './vault-record.js'
import { invalidParameter, limitExceeded, notFound, unlessNotFound } from '../service-fault.js'

/** What a vault keeps in a folder of its own. */
export type Kept = 'archives' | 'retained' | 'uploads' | 'jobs' | 'ended'

const KEPT: readonly Kept[] = ['archives', 'retained', 'uploads', 'jobs', 'ended']
/** Vaults an account may have in a region (docs/glacier-protocol.md#limits). */
const MOST_VAULTS = 1000
/** Vaults looked at at once for a list; each may need an inventory. */
const VAULTS_AT_ONCE = 4

/** The vaults of an account in a region. */
export class VaultStore {
  readonly #ground: Ground
  readonly #inventories: VaultInventories

  /** @param schedule - when inventories are taken; default a day after the last one */
  constructor(ground: Ground, schedule: InventorySchedule = atIntervals(DAY)) {
    this.#ground = ground
    this.#inventories = new VaultInventories(ground, schedule)
  }

  /** `arn:aws:glacier:us-east-1:111122223333:vaults/NAME`. */
  arnOf(name: string): string {
    const { region, accountId } = this.#ground
    return `arn:aws:glacier:${region}:${accountId}:vaults/${name}`
  }

  /**
   * Makes a vault unless there is one.
   *
   * @throws {ServiceFault} 400: no vault may have such a name, or there are as many as there may be; 507: there is
   *   something else in its place
   */
  async create(name: string): Promise<void> {
    if (!isVaultName(name)) throw invalidParameter(`Invalid vault name: ${name}`)
    const archives = this.#path(name, 'archives')
    if ((await this.#read(name)) && (await kindOf(archives)) !== 'missing') return
    await this.#alone(name, async () => {
      const { disk } = this.#ground
      if (await this.#read(name)) {
        await makeFolder(archives) // a deletion was cut off
        return
      }
      if ((await namesIn(disk.path('vaults'))).length >= MOST_VAULTS)
        throw limitExceeded(`The limit of ${MOST_VAULTS} vaults has been reached.`)
      const vault: VaultRecord = { name, creationDate: dateOf(this.#ground), inventory: null }
      await disk.unfinished(async (temporary) => {
        for (const kind of KEPT) await makeFolder(join(temporary, kind))
        await disk.writeJson(join(temporary, 'vault.json'), vault)
        await makeFolder(disk.path('vaults')) // of a region in which there was none
        await renameDurably(temporary, this.#path(name)).catch((error: unknown) => {
          throw isMisplaced(error)
            ? new DamageFault(damagedVault(name), 'its vault.json is missing', error)
            : error
        })
      })
    })
  }

  /**
   * A vault, its inventory taken if one was due.
   *
   * @throws {ServiceFault} 404: there is none
   */
  async find(name: string): Promise<VaultRecord> {
    return this.#inventoriedAt(name, this.#ground.now)
  }

  /**
   * A vault as it is, whether or not an inventory is due: to look at it changes nothing.
   *
   * @throws {ServiceFault} 404: there is none
   */
  async peek(name: string): Promise<VaultRecord> {
    return this.#existing(name)
  }

  /** The names of all vaults, in ASCII order. */
  async vaultNames(): Promise<string[]> {
    return (await namesIn(this.#ground.disk.path('vaults'))).filter(isVaultName)
  }

  /**
   * Takes an inventory now.
   *
   * @throws {ServiceFault} 404: no such vault
   */
  async takeInventory(name: string): Promise<Inventory> {
    return this.#alone(name, async () =>
      this.#inventories.take(await this.#existing(name), this.#ground.now()),
    )
  }

  /** The archives of all vaults as they are now. What is damaged is reported and left out. No inventory is taken. */
  async *allArchives(): AsyncGenerator<InventoryRow, void, undefined> {
    for (const name of await this.vaultNames()) yield* this.#inventories.rowsNow(name)
  }

  /** Where the rows of a vault's inventory are. */
  inventoryPath(name: string): string {
    return this.#inventories.path(name)
  }

  /**
   * What is set on a vault; `undefined` where nothing ever was.
   *
   * @param isSettings - whether what was read can be what is set
   * @throws {ServiceFault} 404: no such vault; 507: what is set is damaged
   */
  async readSettings<T extends object>(
    name: string,
    isSettings: (value: unknown) => value is T,
  ): Promise<T | undefined> {
    await this.#existing(name)
    const what = `The settings of the vault ${name}`
    return readRecord(this.#path(name, 'settings.json'), isSettings, what, 'settings.json')
  }

  /**
   * Changes what is set on a vault.
   *
   * @throws {ServiceFault} as {@link VaultStore.readSettings}; or what `change` throws, and then nothing is changed
   */
  async changeSettings<T extends object>(
    name: string,
    isSettings: (value: unknown) => value is T,
    change: (found: T | undefined) => T,
  ): Promise<void> {
    await this.#alone(name, async () => {
      const changed = change(await this.readSettings(name, isSettings))
      await this.#ground.disk.writeJson(this.#path(name, 'settings.json'), changed)
    })
  }

  /** All vaults, sorted by name. One that is damaged is reported and left out. */
  async list(): Promise<VaultRecord[]> {
    const names = await namesIn(this.#ground.disk.path('vaults'))
    const vaults = await mapBounded(
      names,
      VAULTS_AT_ONCE,
      (name) => unlessDamaged(unlessNotFound(this.find(name)), this.#ground.onFailure), // 404: deleted meanwhile
    )
    return vaults.filter((vault) => vault !== undefined)
  }

  /**
   * Deletes a vault; one that does not exist is as good as deleted.
   *
   * @throws {ServiceFault} 400: it had archives at the last inventory, or was written to since
   */
  async delete(name: string): Promise<void> {
    if (!isVaultName(name)) return
    await this.#alone(name, async () => {
      const found = await this.#read(name)
      if (!found) return
      const archives = await this.folder(name, 'archives')
      const { inventory } = await this.#inventories.complete(found, this.#ground.now())
      const written = (await this.#inventories.lastWrite(name)) >= Date.parse(inventory?.date ?? '1970-01-01')
      const empty = !written && (inventory?.archiveCount ?? 0) === 0
      if (!empty || !(await isRemoved(archives))) {
        throw invalidParameter(`Vault not empty or recently written to: ${this.arnOf(name)}`)
      }
      await this.#ground.disk.discard(this.#path(name))
    })
  }

  /**
   * A folder of a vault.
   *
   * @throws {ServiceFault} 404: there is no such vault; 507: it is damaged
   */
  async folder(name: string, kind: Kept): Promise<string> {
    await this.#existing(name)
    await assertNoLink(this.#path(name, kind), name, `its folder ${kind}`)
    return this.#path(name, kind)
  }

  /**
   * The names in a folder of a vault, in ASCII order.
   *
   * @throws {ServiceFault} 404: there is no such vault; 507: it is damaged
   */
  async names(name: string, kind: Kept): Promise<string[]> {
    const names = await namesIn(await this.folder(name, kind))
    if (names.length === 0) await this.#existing(name) // of a vault deleted meanwhile nothing is listed
    return names
  }

  /**
   * Does something in the folders of a vault.
   *
   * @throws {ServiceFault} 404: the vault was deleted meanwhile; 507: a folder of it is missing, or something else is in
   *   the place of a file or folder
   * @throws what `act` throws
   */
  async unlessDeleted<T>(name: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      if (isMisplaced(error) && !isGone(error))
        throw new DamageFault(damagedVault(name), 'something else is in the place of a file or folder', error)
      if (!isGone(error)) throw error
      await this.#alone(name, () => this.#existing(name)) // a deletion that is under way ends first
      throw new DamageFault(damagedVault(name), 'a file or folder that it needs is missing', error)
    }
  }

  /** The vaults whose folder of a kind has something of a name. */
  async having(kind: Kept, entry: string): Promise<string[]> {
    const having: string[] = []
    for (const name of await this.vaultNames()) {
      // A symbolic link in the place of a folder is not followed.
      const isFolder =
        (await kindOf(this.#path(name))) === 'folder' && (await kindOf(this.#path(name, kind))) === 'folder'
      if (isFolder && (await kindOf(this.#path(name, kind, entry))) !== 'missing') having.push(name)
    }
    return having
  }

  /**
   * Does something that stores or deletes an archive, and takes note of it: before, so that a crash amid it cannot hide
   * it from the next inventory, and after, so that one taken meanwhile cannot.
   */
  async writing(name: string, act: () => Promise<void>): Promise<void> {
    await this.#note(name)
    await act()
    await this.#note(name)
  }

  async #note(name: string): Promise<void> {
    const now = this.#ground.now()
    // By the same time as the write: a night that begins meanwhile comes after it.
    if (this.#inventories.precedeWrites) await this.#inventoriedAt(name, () => now)
    await this.#inventories.noteWrite(name, now)
  }

  /** The vault with its inventory, taken if one is due at a time, which is asked again once the lock is had. */
  async #inventoriedAt(name: string, now: () => number): Promise<VaultRecord> {
    const vault = await this.#existing(name)
    if ((await this.#inventories.dueDate(vault, now())) === undefined) return vault
    return this.#alone(name, async () => this.#inventories.complete(await this.#existing(name), now()))
  }

  async #existing(name: string): Promise<VaultRecord> {
    if (!isVaultName(name)) throw notFound(`Vault not found for ARN: ${name}`)
    const vault = await this.#read(name)
    if (!vault) throw notFound(`Vault not found for ARN: ${this.arnOf(name)}`)
    return vault
  }

  #alone<T>(name: string, act: () => Promise<T>): Promise<T> {
    return this.#ground.locks.withLock(`the vault ${name}`, act)
  }

  #read(name: string): Promise<VaultRecord | undefined> {
    return readVault(this.#path(name), name)
  }

  #path(name: string, ...rest: readonly string[]): string {
    return join(this.#ground.disk.path('vaults', name), ...rest)
  }
}

/** Whether a folder is gone: removed, since it was empty, or not there. */
function isRemoved(path: string): Promise<boolean> {
  return unlessMissing(rmdir(path), undefined).then(
    () => true,
    () => false, // there is something in it
  )
}
