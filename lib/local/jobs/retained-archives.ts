/**
 * Archives that are deleted while a job for them lasts: "you will be able to download the output" (guide, Delete
 * Archive). The archive's folder moves from `archives/` to `retained/`. It is removed when an archive of the vault is
 * deleted after the last job for it is gone, and with the vault.
 */
import { dirname, join } from 'node:path'
import { makeFolder, renameDurably, syncFolder } from '../../fs/durable.js'
import type { Meter } from '../costs/meter.js'
import { namesIn, unlessMissing } from '../disk/disk.js'
import type { Ground } from '../ground.js'
import { unlessNotFound } from '../service-fault.js'
import type { ArchiveRecord } from '../storage/archive-record.js'
import { ArchiveStore } from '../storage/archive-store.js'
import type { VaultStore } from '../storage/vault-store.js'
import type { JobStore } from './job-store.js'

/** The stores it stands between. */
export interface RetainingStores {
  readonly vaults: VaultStore
  readonly archives: ArchiveStore
  readonly jobs: JobStore
}

/** Deleted archives that jobs still need. */
export class RetainedArchives {
  readonly #ground: Ground
  readonly #stores: RetainingStores
  readonly #retained: ArchiveStore

  constructor(ground: Ground, stores: RetainingStores, meter: Meter) {
    this.#ground = ground
    this.#stores = stores
    this.#retained = new ArchiveStore(ground, stores.vaults, meter, 'retained')
  }

  /**
   * Deletes an archive. Its bytes stay while a job for it lasts.
   *
   * @throws {ServiceFault} 404: no such vault; 400: no archive ever had such an ID, or it is in another vault
   */
  async delete(vaultName: string, archiveId: string): Promise<void> {
    const { archives, jobs, vaults } = this.#stores
    const folder = await vaults.folder(vaultName, 'retained')
    const needed = new Set<string>()
    for (const job of await jobs.list(vaultName)) {
      if (job.action === 'ArchiveRetrieval') needed.add(job.archiveId)
    }
    const retain = async (path: string): Promise<boolean> => {
      await makeFolder(folder) // a vault that an older version created has none
      const moved = renameDurably(path, join(folder, archiveId)).then(() => true)
      if (!(await unlessMissing(moved, false))) return false // another request has deleted it meanwhile
      await syncFolder(dirname(path))
      return true
    }
    await archives.delete(vaultName, archiveId, needed.has(archiveId) ? retain : undefined)
    for (const name of await namesIn(folder)) {
      if (!needed.has(name)) await this.#ground.disk.discard(join(folder, name))
    }
  }

  /**
   * The archive of a job, deleted or not, and the store that has it.
   *
   * @throws {ServiceFault} 404: neither has it
   */
  async holding(
    vaultName: string,
    archiveId: string,
  ): Promise<{ readonly archives: ArchiveStore; readonly archive: ArchiveRecord }> {
    const { archives } = this.#stores
    const kept = await unlessNotFound(archives.find(vaultName, archiveId))
    if (kept) return { archives, archive: kept }
    return { archives: this.#retained, archive: await this.#retained.find(vaultName, archiveId) }
  }
}
