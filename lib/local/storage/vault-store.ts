/**
 * Vaults on disk: `vaults/NAME/vault.json`, and beside it the folders of archives, uploads and jobs.
 *
 * - Counts are as of the last inventory (protocol.md 1.1). One is taken when the schedule says that it is due, if the
 *   vault was written to since the last one; or when it is asked for.
 * - The modification time of `written` is the time of the last write.
 * - A vault is deleted by removing its folder of archives, which fails if there is one; then no archive can get in.
 */
import { open, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, renameDurably, syncFolder } from '../../fs/durable.js'
import { isVaultName } from '../../vault/request-rules.js'
import { namesIn, readJson, unlessMissing } from '../disk/disk.js'
import { dateOf, DAY, type Ground } from '../ground.js'
import { atIntervals, type InventorySchedule } from '../realism/inventory-schedule.js'
import { archiveRows, takeInventory, type InventoryRow, type InventorySum } from './inventory.js'
import { invalidParameter, limitExceeded, notFound, unlessNotFound } from '../service-fault.js'

/** What an inventory found. */
export interface Inventory extends InventorySum {
  /** ISO 8601. */
  readonly date: string
}

/** `vault.json`. */
export interface VaultRecord {
  readonly name: string
  /** ISO 8601. */
  readonly creationDate: string
  readonly inventory: Inventory | null
}

/** What a vault keeps in a folder of its own. */
export type Kept = 'archives' | 'retained' | 'uploads' | 'jobs' | 'ended'

const KEPT: readonly Kept[] = ['archives', 'retained', 'uploads', 'jobs', 'ended']
/** Vaults an account may have in a region (protocol.md 2). */
const MOST_VAULTS = 1000

/** The vaults of an account in a region. */
export class VaultStore {
  readonly #ground: Ground
  readonly #schedule: InventorySchedule

  /** @param schedule - when inventories are taken; default a day after the last one */
  constructor(ground: Ground, schedule: InventorySchedule = atIntervals(DAY)) {
    this.#ground = ground
    this.#schedule = schedule
  }

  /** `arn:aws:glacier:us-east-1:111122223333:vaults/NAME`. */
  arnOf(name: string): string {
    const { region, accountId } = this.#ground
    return `arn:aws:glacier:${region}:${accountId}:vaults/${name}`
  }

  /**
   * Makes a vault unless there is one.
   *
   * @throws {ServiceFault} 400: no vault may have such a name, or there are as many as there may be
   */
  async create(name: string): Promise<void> {
    if (!isVaultName(name)) throw invalidParameter(`Invalid vault name: ${name}`)
    const archives = this.#path(name, 'archives')
    if ((await this.#read(name)) && (await unlessMissing(stat(archives), undefined))) return
    await this.#alone(name, async () => {
      const { disk } = this.#ground
      if (await this.#read(name)) {
        await makeFolder(archives) // a deletion was cut off
        return
      }
      if ((await namesIn(disk.path('vaults'))).length >= MOST_VAULTS)
        throw limitExceeded(`The limit of ${MOST_VAULTS} vaults has been reached.`)
      const temporary = disk.temporary()
      for (const kind of KEPT) await makeFolder(join(temporary, kind))
      await disk.writeJson(join(temporary, 'vault.json'), {
        name,
        creationDate: dateOf(this.#ground),
        inventory: null,
      })
      await makeFolder(disk.path('vaults')) // of a region in which there was none
      await renameDurably(temporary, this.#path(name))
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
  async names(): Promise<string[]> {
    return (await namesIn(this.#ground.disk.path('vaults'))).filter(isVaultName)
  }

  /**
   * Takes an inventory now.
   *
   * @throws {ServiceFault} 404: no such vault
   */
  async takeInventory(name: string): Promise<Inventory> {
    return this.#alone(name, async () => this.#count(await this.#existing(name), this.#ground.now()))
  }

  /** The archives of all vaults as they are now. No inventory is taken. */
  async *allArchives(): AsyncGenerator<InventoryRow, void, undefined> {
    for (const name of await namesIn(this.#ground.disk.path('vaults')))
      yield* archiveRows(this.#path(name, 'archives'), this.inventoryPath(name))
  }

  /** Where the rows of a vault's inventory are. */
  inventoryPath(name: string): string {
    return this.#path(name, 'inventory.jsonl')
  }

  /**
   * What is set on a vault; `undefined` where nothing ever was.
   *
   * @throws {ServiceFault} 404: no such vault
   */
  async readSettings<T extends object>(name: string): Promise<T | undefined> {
    await this.#existing(name)
    return readJson<T>(this.#path(name, 'settings.json'))
  }

  /**
   * Changes what is set on a vault.
   *
   * @throws {ServiceFault} 404: no such vault; or what `change` throws, and then nothing is changed
   */
  async changeSettings<T extends object>(name: string, change: (found: T | undefined) => T): Promise<void> {
    await this.#alone(name, async () => {
      const changed = change(await this.readSettings<T>(name))
      await this.#ground.disk.writeJson(this.#path(name, 'settings.json'), changed)
    })
  }

  /** All vaults, sorted by name. */
  async list(): Promise<VaultRecord[]> {
    const names = await namesIn(this.#ground.disk.path('vaults'))
    const vaults = await Promise.all(names.map((name) => unlessNotFound(this.find(name)))) // deleted meanwhile
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
      const { inventory } = await this.#inventoried(found, this.#ground.now())
      const written = (await this.#lastWrite(name)) >= Date.parse(inventory?.date ?? '1970-01-01')
      const empty = !written && (inventory?.archiveCount ?? 0) === 0
      if (!empty || !(await isRemoved(this.#path(name, 'archives')))) {
        throw invalidParameter(`Vault not empty or recently written to: ${this.arnOf(name)}`)
      }
      await this.#ground.disk.discard(this.#path(name))
    })
  }

  /**
   * A folder of a vault.
   *
   * @throws {ServiceFault} 404: there is no such vault
   */
  async folder(name: string, kind: Kept): Promise<string> {
    await this.#existing(name)
    return this.#path(name, kind)
  }

  /** The vaults whose folder of a kind has something of a name. */
  async having(kind: Kept, entry: string): Promise<string[]> {
    const having: string[] = []
    for (const name of await namesIn(this.#ground.disk.path('vaults'))) {
      if (await unlessMissing(stat(this.#path(name, kind, entry)), undefined)) having.push(name)
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
    if (this.#schedule.precedesWrites) await this.#inventoriedAt(name, () => now)
    const seconds = now / 1000
    const file = await open(this.#path(name, 'written'), 'a', 0o600)
    try {
      await file.utimes(seconds, seconds)
      await file.sync()
    } finally {
      await file.close()
    }
    await syncFolder(this.#path(name))
  }

  /** Milliseconds; -1 where nothing was ever stored. */
  async #lastWrite(name: string): Promise<number> {
    const written = stat(this.#path(name, 'written')).then(({ mtimeMs }) => Math.round(mtimeMs))
    return unlessMissing(written, -1)
  }

  /** The date of the inventory that is due, in milliseconds; `undefined` where none is. */
  async #dueDate({ name, creationDate, inventory }: VaultRecord, now: number): Promise<number | undefined> {
    const writtenAt = await this.#lastWrite(name)
    const inventoryAt = inventory ? Date.parse(inventory.date) : undefined
    if (writtenAt < (inventoryAt ?? 0)) return undefined
    const createdAt = Date.parse(creationDate)
    return this.#schedule.dueDate({ now, createdAt, writtenAt, inventoryAt })
  }

  /** The vault with its inventory, taken if one is due. */
  async #inventoried(vault: VaultRecord, now: number): Promise<VaultRecord> {
    const date = await this.#dueDate(vault, now)
    return date === undefined ? vault : { ...vault, inventory: await this.#count(vault, date) }
  }

  /** @param at - the date of the inventory, in milliseconds */
  async #count(vault: VaultRecord, at: number): Promise<Inventory> {
    const { name } = vault
    const { disk } = this.#ground
    const date = new Date(at).toISOString()
    const temporary = disk.temporary()
    const rows = this.inventoryPath(name)
    const inventory = { date, ...(await takeInventory(this.#path(name, 'archives'), rows, temporary)) }
    await renameDurably(temporary, rows)
    await disk.writeJson(this.#path(name, 'vault.json'), { ...vault, inventory })
    return inventory
  }

  /** The vault with its inventory, taken if one is due at a time, which is asked again once the lock is had. */
  async #inventoriedAt(name: string, now: () => number): Promise<VaultRecord> {
    const vault = await this.#existing(name)
    if ((await this.#dueDate(vault, now())) === undefined) return vault
    return this.#alone(name, async () => this.#inventoried(await this.#existing(name), now()))
  }

  async #existing(name: string): Promise<VaultRecord> {
    if (!isVaultName(name)) throw notFound(`Vault not found for ARN: ${name}`)
    const vault = await this.#read(name)
    if (!vault) throw notFound(`Vault not found for ARN: ${this.arnOf(name)}`)
    return vault
  }

  #alone<T>(name: string, act: () => Promise<T>): Promise<T> {
    return this.#ground.locks.alone(`the vault ${name}`, act)
  }

  #read(name: string): Promise<VaultRecord | undefined> {
    return readJson<VaultRecord>(this.#path(name, 'vault.json'))
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
