/**
 * What became of uploads: `ended/UPLOAD_ID.json`, written once, before anything is done to the upload. So a completion or
 * an abortion that was cut off is finished, not begun anew, and one whose answer was lost is answered the same again.
 *
 * That is remembered for a time: the service's "short period", whose length no document gives
 * (docs/glacier-protocol.md#completion).
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isArchive, type ArchiveRecord } from '../records/archive-record.js'
import { readRecord } from '../disk/damage.js'
import { dateOf, type Ground } from './store-context.js'
import { isId } from '../records/identifiers.js'
import { isDate, nullOr, shaped } from '../records/shape.js'
import type { VaultStore } from './vault-files.js'

/** What became of an upload. */
export interface Fate {
  /** ISO 8601. */
  readonly date: string
  /** The archive it was completed to; `null` where it was aborted. */
  readonly archive: ArchiveRecord | null
}

const isFate = shaped<Fate>({ date: isDate, archive: nullOr(isArchive) })

/** What became of the uploads of all vaults. */
export class FateStore {
  readonly #ground: Ground
  readonly #vaults: VaultStore

  readonly #repeatableFor: number

  /** @param repeatableFor - milliseconds for which a completion or an abortion may be repeated */
  constructor(ground: Ground, vaults: VaultStore, repeatableFor: number) {
    this.#ground = ground
    this.#vaults = vaults
    this.#repeatableFor = repeatableFor
  }

  /**
   * What became of an upload; `undefined` while it is open, or if there never was one.
   *
   * @throws {ServiceFault} 404: no such vault; 507: what became of it is damaged
   */
  async find(vaultName: string, uploadId: string): Promise<Fate | undefined> {
    const what = `The end of the upload ${uploadId} in the vault ${vaultName}`
    return readRecord(await this.#path(vaultName, uploadId), isFate, what, 'record')
  }

  /** Decides what becomes of an upload of which that is open. */
  async decide(vaultName: string, uploadId: string, archive: ArchiveRecord | null): Promise<Fate> {
    const fate: Fate = { date: dateOf(this.#ground), archive }
    await this.#ground.disk.writeJson(await this.#path(vaultName, uploadId), fate)
    return fate
  }

  /** Whether the time is over in which a completion or an abortion may be repeated. */
  isForgotten({ date }: Fate): boolean {
    return this.#ground.now() - Date.parse(date) >= this.#repeatableFor
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
