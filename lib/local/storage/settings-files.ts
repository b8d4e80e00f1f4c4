/**
 * What is set on a vault, besides what is in it: `vaults/NAME/settings.json`, written whole at each change.
 */

import type { VaultFiles } from './vault-files.js'
import { isSettings, type VaultSettings } from '../records/settings-record.js'
const NONE: VaultSettings = { tags: {}, notifications: null, accessPolicy: null, lock: null }

/** The settings of all vaults. */
export class SettingsFiles {
  readonly #vaults: VaultFiles
  readonly #now: () => number

  constructor(vaults: VaultFiles, now: () => number) {
    this.#vaults = vaults
    this.#now = now
  }

  /**
   * What is set; a lock that has lapsed is not.
   *
   * @throws {ApiError} 404: no such vault
   */
  async read(vaultName: string): Promise<VaultSettings> {
    return this.#current(await this.#vaults.readSettings(vaultName, isSettings))
  }

  /**
   * Changes what is set, from what is; two changes at once come one after the other.
   *
   * @throws {ApiError} 404: no such vault; or what `change` throws, and then nothing is changed
   */
  async change(
    vaultName: string,
    change: (settings: VaultSettings) => Partial<VaultSettings>,
  ): Promise<void> {
    await this.#vaults.changeSettings(vaultName, isSettings, (found) => {
      const settings = this.#current(found)
      return { ...settings, ...change(settings) }
    })
  }

  #current(found: VaultSettings | undefined): VaultSettings {
    const settings = found ?? NONE
    const { lock } = settings
    const lapsed = lock?.expirationDate && Date.parse(lock.expirationDate) <= this.#now()
    return lapsed ? { ...settings, lock: null } : settings
  }
}
