/**
 * Open uploads on disk: `uploads/UPLOAD_ID/`, with `upload.json` and a part file for each part.
 *
 * - An upload is open until it has an outcome (upload-outcomes.ts).
 * - The modification time of `upload.json` is the time of the last activity. After a day without any, the upload has
 *   expired.
 * - A request that changes an upload holds its lock, so that the parts which a completion has checked are those of the archive.
 */
import { lstat, lutimes } from 'node:fs/promises'
import { join } from 'node:path'
import { readRecord } from '../disk/damage.js'
import { kindOf, unlessMissing } from '../disk/disk.js'
import { isId } from '../records/identifiers.js'
import { damagedUpload, uploadFormOf, type UploadRecord } from '../records/upload-record.js'
import { notFound, type ApiError } from '../service/api-error.js'
import { DAY_MS } from '../service/durations.js'
import type { StoreContext } from './store-context.js'
import type { UploadOutcomes } from './upload-outcomes.js'
import { assertNotLink } from './vault-checks.js'
import type { VaultFolders } from './vault-folders.js'

/** The open uploads of all vaults. */
export class OpenUploads {
  readonly #context: StoreContext
  readonly #vaults: VaultFolders
  readonly #outcomes: UploadOutcomes

  /**
   * @param context - the dependencies of the stores
   * @param vaults - the folders of the vaults
   * @param outcomes - the outcomes of uploads that are no longer open
   */
  constructor(context: StoreContext, vaults: VaultFolders, outcomes: UploadOutcomes) {
    this.#context = context
    this.#vaults = vaults
    this.#outcomes = outcomes
  }

  /**
   * An open upload.
   *
   * @throws {ApiError} 404: the vault or upload does not exist, or the upload is completed, aborted or expired; 507: it is
   *   damaged
   */
  async find(vaultName: string, uploadId: string): Promise<UploadRecord> {
    const path = join(await this.folder(vaultName, uploadId), 'upload.json')
    if (await this.#outcomes.find(vaultName, uploadId)) throw uploadNotFound(uploadId)
    const file = await unlessMissing(lstat(path), undefined) // the time is that of a link itself: see `touch`
    const isActive = file !== undefined && this.#context.now() - Math.round(file.mtimeMs) <= DAY_MS
    const what = damagedUpload(vaultName, uploadId)
    const upload = isActive ? await readRecord(path, uploadFormOf(uploadId), what, 'upload.json') : undefined
    if (!upload) throw uploadNotFound(uploadId)
    return upload
  }

  /**
   * The path of the folder of an upload, which need not exist.
   *
   * @throws {ApiError} 404: the vault does not exist, or no upload can have such an ID; 507: the folder is damaged
   */
  async folder(vaultName: string, uploadId: string): Promise<string> {
    if (!isId(uploadId)) throw uploadNotFound(uploadId)
    const path = join(await this.#vaults.folder(vaultName, 'uploads'), uploadId)
    await assertNotLink(path, vaultName, `the folder of the upload ${uploadId}`)
    return path
  }

  /** Records that an upload is active now. */
  async touch(folder: string): Promise<void> {
    const seconds = this.#context.now() / 1000
    await lutimes(join(folder, 'upload.json'), seconds, seconds)
  }

  /** Runs an action with the lock of an upload. */
  withLock<T>(uploadId: string, action: () => Promise<T>): Promise<T> {
    return this.#context.locks.withLock(`the upload ${uploadId}`, action)
  }
}

/** Whether a folder is that of an upload, open or not. */
export async function isUploadFolder(folder: string): Promise<boolean> {
  return (await kindOf(join(folder, 'upload.json'))) !== 'missing'
}

/** 404: there is no upload of this ID. */
export function uploadNotFound(uploadId: string): ApiError {
  return notFound(`The upload ID was not found: ${uploadId}`)
}
