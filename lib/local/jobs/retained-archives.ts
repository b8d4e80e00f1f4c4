/**
 * Archives that are deleted while a job needs them: "you will be able to download the output" (guide, Delete Archive).
 *
 * - Every deleted archive is moved from `archives/` to `retained/`, and removed from there unless a job needs it. A retained
 *   archive is removed with the vault, or when an archive of the vault is deleted after the last job for it has expired.
 * - Archives are only moved in this direction. Therefore an archive that is not in `archives/` is in `retained/`.
 * - Jobs are read after the names in `retained/`, and a job counts as started only if its archive is in `archives/` after
 *   the job was recorded. If a deletion and the start of a job are concurrent, either the job is refused or the archive
 *   stays.
 */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { renameDurably, syncFolder } from '../../fs/durable.js'
import type { ByteRange } from '../../byte-range.js'
import type { Meter } from '../costs/meter.js'
import { kindOf, namesIn, unlessMissing } from '../disk/disk.js'
import { isId } from '../records/identifiers.js'
import type { StoreContext } from '../storage/store-context.js'
import { unlessNotFound } from '../service/not-found.js'
import { type ArchiveRecord, piecesOf } from '../records/archive-record.js'
import { ArchiveFiles } from '../storage/archive-files.js'
import { readPart } from '../storage/part-file.js'
import type { VaultFiles } from '../storage/vault-files.js'
import type { ArchiveJob } from '../records/job-record.js'
import type { JobFiles } from './job-files.js'

/** The stores that retained archives depend on. */
export interface RetainingStores {
  readonly vaults: VaultFiles
  readonly archives: ArchiveFiles
  readonly jobs: JobFiles
}

/** Deleted archives that jobs still need. */
export class RetainedArchives {
  readonly #context: StoreContext
  readonly #stores: RetainingStores
  readonly #retained: ArchiveFiles

  /**
   * @param context - the dependencies of the stores
   * @param stores - the archives and jobs
   * @param meter - counts deleted archives
   */
  constructor(context: StoreContext, stores: RetainingStores, meter: Meter) {
    this.#context = context
    this.#stores = stores
    this.#retained = new ArchiveFiles(context, stores.vaults, meter, 'retained')
  }

  /**
   * Deletes an archive. Its bytes are retained while a job needs them.
   *
   * @throws {ApiError} 404: the vault does not exist; 400: the ID is not valid, or the archive is in another vault
   */
  async delete(vaultName: string, archiveId: string): Promise<void> {
    const { archives, vaults } = this.#stores
    const folder = await vaults.folder(vaultName, 'retained')
    await archives.delete(vaultName, archiveId, async (path) => {
      await makeRetained(folder) // a vault of an older version has no such folder
      const moved = renameDurably(path, join(folder, archiveId)).then(() => true)
      if (!(await unlessMissing(moved, false))) return false // another request has deleted it meanwhile
      await syncFolder(dirname(path))
      return true
    })
    await this.#sweep(vaultName, folder)
  }

  /**
   * Starts a job for an archive.
   *
   * @param start - records the job
   * @throws {ApiError} 404: the archive was deleted meanwhile, and the job is not started
   */
  async startJob(
    vaultName: string,
    archiveId: string,
    start: () => Promise<ArchiveJob>,
  ): Promise<ArchiveJob> {
    const { archives, jobs } = this.#stores
    const job = await start()
    try {
      await archives.find(vaultName, archiveId)
    } catch (error) {
      await jobs.remove(vaultName, job.jobId)
      throw error
    }
    return job
  }

  /** Removes the deleted archives that no job needs. */
  async #sweep(vaultName: string, folder: string): Promise<void> {
    const names = (await namesIn(folder)).filter(isId)
    const needed = new Set<string>()
    for (const job of await this.#stores.jobs.list(vaultName)) {
      if (job.action === 'ArchiveRetrieval') needed.add(job.archiveId)
    }
    for (const name of names) if (!needed.has(name)) await this.#context.disk.discard(join(folder, name))
  }

  /** The bytes of a range of a complete archive, which may be deleted meanwhile. */
  async *read(
    vaultName: string,
    archive: ArchiveRecord,
    range: ByteRange,
  ): AsyncGenerator<Buffer, void, undefined> {
    for (const piece of piecesOf(archive, range)) {
      const stored = this.#stores.archives.openPart(vaultName, archive, piece)
      const file =
        (await unlessMissing(stored, undefined)) ?? (await this.#retained.openPart(vaultName, archive, piece))
      yield* readPart(file, piece)
    }
  }

  /**
   * The archive of a job, deleted or not, and the files that have it.
   *
   * @throws {ApiError} 404: it does not exist
   */
  async find(
    vaultName: string,
    archiveId: string,
  ): Promise<{ readonly archives: ArchiveFiles; readonly archive: ArchiveRecord }> {
    const { archives } = this.#stores
    const stored = await unlessNotFound(archives.find(vaultName, archiveId))
    if (stored) return { archives, archive: stored }
    return { archives: this.#retained, archive: await this.#retained.find(vaultName, archiveId) }
  }
}

/** Creates the folder of a vault for deleted archives, but not the folder of the vault, which may be deleted meanwhile. */
async function makeRetained(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    if ((await kindOf(folder)) !== 'folder') throw error
  }
}
