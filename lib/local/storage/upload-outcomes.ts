/**
 * The outcomes of uploads: `ended/UPLOAD_ID.json`, written once, before the upload is changed. A completion or an abortion
 * that was interrupted is therefore finished, not repeated, and one whose response was lost gets the same response again.
 *
 * An outcome is kept for a time: the service's "short period", whose length is not documented
 * (docs/glacier-protocol.md#completion).
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readRecord } from '../disk/damage.js'
import type { ArchiveRecord } from '../records/archive-record.js'
import { isId } from '../records/identifiers.js'
import { isUploadOutcome, type UploadOutcome } from '../records/upload-outcome-record.js'
import { dateOf, type StoreContext } from './store-context.js'
import type { VaultFolders } from './vault-folders.js'

/** The outcomes of the uploads of all vaults. */
export class UploadOutcomes {
  readonly #context: StoreContext
  readonly #vaults: VaultFolders
  readonly #repeatableForMs: number

  /**
   * @param context - the dependencies of the stores
   * @param vaults - the folders of the vaults
   * @param repeatableForMs - milliseconds for which a completion or an abortion can be repeated
   */
  constructor(context: StoreContext, vaults: VaultFolders, repeatableForMs: number) {
    this.#context = context
    this.#vaults = vaults
    this.#repeatableForMs = repeatableForMs
  }

  /**
   * The outcome of an upload; `undefined` if it is open or does not exist.
   *
   * @throws {ApiError} 404: the vault does not exist; 507: the outcome is damaged
   */
  async find(vaultName: string, uploadId: string): Promise<UploadOutcome | undefined> {
    const what = `The end of the upload ${uploadId} in the vault ${vaultName}`
    return readRecord(await this.#path(vaultName, uploadId), isUploadOutcome, what, 'record')
  }

  /** Records the outcome of an open upload. */
  async record(vaultName: string, uploadId: string, archive: ArchiveRecord | null): Promise<UploadOutcome> {
    const outcome: UploadOutcome = { date: dateOf(this.#context), archive }
    await this.#context.disk.writeJson(await this.#path(vaultName, uploadId), outcome)
    return outcome
  }

  /** Whether the time is over in which a completion or an abortion can be repeated. */
  isExpired({ date }: UploadOutcome): boolean {
    return this.#context.now() - Date.parse(date) >= this.#repeatableForMs
  }

  /** The IDs of the uploads that have an outcome, in ASCII order. */
  async list(vaultName: string): Promise<string[]> {
    const names = await this.#vaults.namesIn(vaultName, 'ended')
    return names.map((name) => name.replace(/\.json$/, '')).filter(isId)
  }

  /** Removes the outcome of an upload. */
  async remove(vaultName: string, uploadId: string): Promise<void> {
    await rm(await this.#path(vaultName, uploadId), { force: true })
  }

  async #path(vaultName: string, uploadId: string): Promise<string> {
    return join(await this.#vaults.folder(vaultName, 'ended'), `${uploadId}.json`)
  }
}
