/**
 * What became of uploads: `ended/UPLOAD_ID.json`, written once, before anything is done to the upload. So a completion or
 * an abortion that was cut off is finished, not begun anew, and one whose answer was lost is answered the same again.
 *
 * That is remembered for a time: the service's "short period", whose length no document gives
 * (docs/glacier-protocol.md#completion).
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArchiveRecord } from '../records/archive-record.js'
import { readRecord } from '../disk/damage.js'
import { dateOf, type StoreContext } from './store-context.js'
import { isId } from '../records/identifiers.js'
import type { VaultFiles } from './vault-files.js'
import { isUploadOutcome, type UploadOutcome } from '../records/upload-outcome-record.js'

/** What became of the uploads of all vaults. */
export class UploadOutcomes {
  readonly #context: StoreContext
  readonly #vaults: VaultFiles

  readonly #repeatableFor: number

  /** @param repeatableFor - milliseconds for which a completion or an abortion may be repeated */
  constructor(context: StoreContext, vaults: VaultFiles, repeatableFor: number) {
    this.#context = context
    this.#vaults = vaults
    this.#repeatableFor = repeatableFor
  }

  /**
   * What became of an upload; `undefined` while it is open, or if there never was one.
   *
   * @throws {ApiError} 404: no such vault; 507: what became of it is damaged
   */
  async find(vaultName: string, uploadId: string): Promise<UploadOutcome | undefined> {
    const what = `The end of the upload ${uploadId} in the vault ${vaultName}`
    return readRecord(await this.#path(vaultName, uploadId), isUploadOutcome, what, 'record')
  }

  /** Decides what becomes of an upload of which that is open. */
  async decide(vaultName: string, uploadId: string, archive: ArchiveRecord | null): Promise<UploadOutcome> {
    const outcome: UploadOutcome = { date: dateOf(this.#context), archive }
    await this.#context.disk.writeJson(await this.#path(vaultName, uploadId), outcome)
    return outcome
  }

  /** Whether the time is over in which a completion or an abortion may be repeated. */
  isForgotten({ date }: UploadOutcome): boolean {
    return this.#context.now() - Date.parse(date) >= this.#repeatableFor
  }

  /** The IDs of the uploads whose fate is known. */
  async list(vaultName: string): Promise<string[]> {
    const names = await this.#vaults.names(vaultName, 'ended')
    return names.map((name) => name.replace(/\.json$/, '')).filter(isId)
  }

  /** Forgets what became of an upload. */
  async forget(vaultName: string, uploadId: string): Promise<void> {
    await rm(await this.#path(vaultName, uploadId), { force: true })
  }

  async #path(vaultName: string, uploadId: string): Promise<string> {
    return join(await this.#vaults.folder(vaultName, 'ended'), `${uploadId}.json`)
  }
}
