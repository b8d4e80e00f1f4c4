/** The settings of vaults: `vaults/NAME/settings.json`, replaced by each change. */
import { readRecord } from '../disk/damage.js'
import { isSettings, type VaultSettings } from '../records/settings-record.js'
import type { StoreContext } from './store-context.js'
import type { VaultFolders } from './vault-folders.js'

const NO_SETTINGS: VaultSettings = { tags: {}, notifications: null, accessPolicy: null, lock: null }

/** The settings of the vaults of an account in a region. */
export class SettingsFiles {
  readonly #context: StoreContext
  readonly #vaults: VaultFolders

  /**
   * @param context - the dependencies of the stores
   * @param vaults - the folders of the vaults
   */
  constructor(context: StoreContext, vaults: VaultFolders) {
    this.#context = context
    this.#vaults = vaults
  }

  /**
   * The settings of a vault, without a lock that has expired.
   *
   * @throws {ApiError} 404: the vault does not exist; 507: the settings are damaged
   */
  async read(vaultName: string): Promise<VaultSettings> {
    await this.#vaults.peek(vaultName)
    const what = `The settings of the vault ${vaultName}`
    const found = await readRecord(this.#path(vaultName), isSettings, what, 'settings.json')
    return this.#withoutExpiredLock(found ?? NO_SETTINGS)
  }

  /**
   * Changes the settings of a vault. Concurrent changes are made one after another.
   *
   * @param change - returns the settings that change
   * @throws {ApiError} 404: the vault does not exist; 507: the settings are damaged
   * @throws the error of `change`; nothing is changed then
   */
  async change(
    vaultName: string,
    change: (settings: VaultSettings) => Partial<VaultSettings>,
  ): Promise<void> {
    await this.#vaults.withLock(vaultName, async () => {
      const settings = await this.read(vaultName)
      const changed = { ...settings, ...change(settings) }
      await this.#context.disk.writeJson(this.#path(vaultName), changed)
    })
  }

  #withoutExpiredLock(settings: VaultSettings): VaultSettings {
    const expirationDate = settings.lock?.expirationDate
    const isExpired = expirationDate && Date.parse(expirationDate) <= this.#context.now()
    return isExpired ? { ...settings, lock: null } : settings
  }

  #path(vaultName: string): string {
    return this.#vaults.path(vaultName, 'settings.json')
  }
}
