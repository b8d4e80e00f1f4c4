/**
 * Vaults on disk: `vaults/NAME/vault.json`, and beside it the folders of archives, uploads and jobs.
 *
 * Counts are as of the last inventory (protocol.md 1.1). One is taken when a vault is looked at, a day or more after the
 * last one, or after its creation, if it was written to since.
 */
import { mkdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArchiveRecord } from './archive-store.js'
import { namesIn, readJson, unlessMissing, type Disk } from './disk.js'
import { isVaultName } from './identifiers.js'
import { invalidParameter, notFound } from './service-fault.js'

/** What all stores need to know. */
export interface Ground {
  readonly disk: Disk
  /** Milliseconds: the clock of everything. */
  readonly now: () => number
  readonly region: string
  readonly accountId: string
}

/** What an inventory found. */
interface Inventory {
  /** ISO 8601. */
  readonly date: string
  readonly archiveCount: number
  /** Bytes, the service's overhead of 32 KiB an archive included. */
  readonly size: number
}

/** `vault.json`. */
export interface VaultRecord {
  readonly name: string
  /** ISO 8601. */
  readonly creationDate: string
  readonly inventory: Inventory | null
}

const DAY = 86_400_000
const ARCHIVE_OVERHEAD = 32_768

/** The vaults of an account in a region. */
export class VaultStore {
  readonly #ground: Ground

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** `arn:aws:glacier:us-east-1:111122223333:vaults/NAME`. */
  arnOf(name: string): string {
    const { region, accountId } = this.#ground
    return `arn:aws:glacier:${region}:${accountId}:vaults/${name}`
  }

  /** Makes a vault unless there is one. */
  async create(name: string): Promise<void> {
    if (!isVaultName(name)) throw invalidParameter(`Invalid vault name: ${name}`)
    if (await this.#read(name)) return
    for (const folder of ['archives', 'uploads', 'jobs', 'ended']) {
      await mkdir(this.#path(name, folder), { recursive: true, mode: 0o700 })
    }
    const creationDate = this.#date()
    await this.#ground.disk.writeJson(this.#path(name, 'vault.json'), { name, creationDate, inventory: null })
  }

  /**
   * A vault, its inventory taken if one was due.
   *
   * @throws {ServiceFault} 404: there is none
   */
  async find(name: string): Promise<VaultRecord> {
    const vault = await this.#existing(name)
    const { inventory, creationDate } = vault
    const last = Date.parse(inventory?.date ?? creationDate)
    const due = this.#ground.now() - last >= DAY && (await this.#lastWrite(name)) > (inventory ? last : -1)
    if (!due) return vault
    const counted = { ...vault, inventory: await this.#count(name) }
    await this.#ground.disk.writeJson(this.#path(name, 'vault.json'), counted)
    return counted
  }

  /** All vaults, sorted by name. */
  async list(): Promise<VaultRecord[]> {
    const names = await namesIn(this.#ground.disk.path('vaults'))
    return Promise.all(names.map((name) => this.find(name)))
  }

  /**
   * Deletes a vault; one that does not exist is as good as deleted.
   *
   * @throws {ServiceFault} 400: it had archives at the last inventory, or was written to since
   */
  async delete(name: string): Promise<void> {
    if (!isVaultName(name) || !(await this.#read(name))) return
    const { inventory } = await this.find(name)
    const written = (await this.#lastWrite(name)) > Date.parse(inventory?.date ?? '1970-01-01')
    if (written || (inventory?.archiveCount ?? 0) > 0) {
      throw invalidParameter(`Vault not empty or recently written to: ${this.arnOf(name)}`)
    }
    await this.#ground.disk.discard(this.#path(name))
  }

  /**
   * A folder of a vault.
   *
   * @throws {ServiceFault} 404: there is no such vault
   */
  async folder(name: string, kind: 'archives' | 'uploads' | 'jobs' | 'ended'): Promise<string> {
    await this.#existing(name)
    return this.#path(name, kind)
  }

  /** Takes note that an archive was stored or deleted. */
  async written(name: string): Promise<void> {
    const path = this.#path(name, 'written')
    const seconds = this.#ground.now() / 1000
    await writeFile(path, '', { mode: 0o600 })
    await utimes(path, seconds, seconds)
  }

  async #count(name: string): Promise<Inventory> {
    let archiveCount = 0
    let size = 0
    for (const archiveId of await namesIn(this.#path(name, 'archives'))) {
      const archive = await readJson<ArchiveRecord>(this.#path(name, 'archives', archiveId, 'archive.json'))
      if (!archive) continue // deleted meanwhile
      archiveCount++
      size += archive.size + ARCHIVE_OVERHEAD
    }
    return { date: this.#date(), archiveCount, size }
  }

  /** Milliseconds; -1 where nothing was ever stored. */
  async #lastWrite(name: string): Promise<number> {
    const written = stat(this.#path(name, 'written')).then(({ mtimeMs }) => mtimeMs)
    return unlessMissing(written, -1)
  }

  async #existing(name: string): Promise<VaultRecord> {
    if (!isVaultName(name)) throw notFound(`Vault not found for ARN: ${name}`)
    const vault = await this.#read(name)
    if (!vault) throw notFound(`Vault not found for ARN: ${this.arnOf(name)}`)
    return vault
  }

  #read(name: string): Promise<VaultRecord | undefined> {
    return readJson<VaultRecord>(this.#path(name, 'vault.json'))
  }

  #path(name: string, ...rest: readonly string[]): string {
    return join(this.#ground.disk.path('vaults', name), ...rest)
  }

  #date(): string {
    return new Date(this.#ground.now()).toISOString()
  }
}
