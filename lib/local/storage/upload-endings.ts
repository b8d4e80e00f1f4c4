/**
 * How uploads end: completed, aborted or expired.
 *
 * The outcome is recorded first. Then the upload's folder is renamed into `archives/`, or removed. If a crash comes
 * between, the next request for the upload does that.
 */
import { join } from 'node:path'
import { renameDurably } from '../../fs/durable.js'
import type { ArchiveRecord } from '../records/archive-record.js'
import type { UploadOutcome } from '../records/upload-outcome-record.js'
import type { UploadRecord } from '../records/upload-record.js'
import { unlessNotFound } from '../service/not-found.js'
import { isUploadFolder, uploadNotFound, type OpenUploads } from './open-uploads.js'
import type { StoreContext } from './store-context.js'
import type { UploadOutcomes } from './upload-outcomes.js'
import type { VaultFiles } from './vault-files.js'

/** Ends uploads. */
export class UploadEndings {
  readonly #context: StoreContext
  readonly #vaults: VaultFiles
  readonly #open: OpenUploads
  readonly #outcomes: UploadOutcomes

  /**
   * @param context - the dependencies of the stores
   * @param vaults - the vaults of the uploads
   * @param open - the open uploads
   * @param outcomes - the outcomes of the others
   */
  constructor(context: StoreContext, vaults: VaultFiles, open: OpenUploads, outcomes: UploadOutcomes) {
    this.#context = context
    this.#vaults = vaults
    this.#open = open
    this.#outcomes = outcomes
  }

  /**
   * Ends an upload, unless it has ended before.
   *
   * @param decide - returns the archive that the upload becomes; `null` if it is aborted
   * @returns the outcome, and whether the upload had it before
   * @throws {ApiError} 404: the upload does not exist, or ended too long ago
   * @throws the error of `decide`; the upload stays open then
   */
  async end(
    vaultName: string,
    uploadId: string,
    decide: (upload: UploadRecord) => Promise<ArchiveRecord | null>,
  ): Promise<{ readonly outcome: UploadOutcome; readonly isRepeated: boolean }> {
    await this.#open.folder(vaultName, uploadId)
    return this.#open.withLock(uploadId, async () => {
      const before = await this.#outcomes.find(vaultName, uploadId)
      const outcome = before ?? (await this.#decide(vaultName, uploadId, decide))
      await this.#apply(vaultName, uploadId, outcome)
      if (before && this.#outcomes.isExpired(before)) throw uploadNotFound(uploadId)
      return { outcome, isRepeated: before !== undefined }
    })
  }

  /**
   * Does what is overdue for an upload that is not open: applies an outcome whose application was interrupted, removes an
   * expired upload, and removes an outcome that can no longer be repeated.
   */
  async cleanUp(vaultName: string, uploadId: string): Promise<void> {
    await this.#open.withLock(uploadId, async () => {
      const outcome = await this.#outcomes.find(vaultName, uploadId)
      if (outcome) {
        await this.#apply(vaultName, uploadId, outcome)
        if (this.#outcomes.isExpired(outcome)) await this.#outcomes.remove(vaultName, uploadId)
      } else if (!(await unlessNotFound(this.#open.find(vaultName, uploadId)))) {
        const folder = await this.#open.folder(vaultName, uploadId)
        // Without upload.json the folder is not ours.
        if (await isUploadFolder(folder)) await this.#context.disk.discard(folder)
      }
    })
  }

  async #decide(
    vaultName: string,
    uploadId: string,
    decide: (upload: UploadRecord) => Promise<ArchiveRecord | null>,
  ): Promise<UploadOutcome> {
    const archive = await decide(await this.#open.find(vaultName, uploadId))
    return this.#outcomes.record(vaultName, uploadId, archive)
  }

  /** Moves or removes the folder of an upload, unless that was done before. */
  async #apply(vaultName: string, uploadId: string, { archive }: UploadOutcome): Promise<void> {
    const { disk } = this.#context
    const from = await this.#open.folder(vaultName, uploadId)
    if (!(await isUploadFolder(from))) return
    if (!archive) {
      await disk.discard(from)
      return
    }
    const to = join(await this.#vaults.folder(vaultName, 'archives'), archive.archiveId)
    await disk.writeJson(join(from, 'archive.json'), archive)
    await this.#vaults.withWriteNoted(vaultName, () => renameDurably(from, to))
  }
}
