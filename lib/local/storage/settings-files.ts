/**
 * What is set on a vault, besides what is in it: `vaults/NAME/settings.json`, written whole at each change.
 */
import { arrayOf, isDate, isText, nullOr, shaped } from '../records/shape.js'
import type { VaultStore } from './vault-files.js'

/** What a vault tells, and whom. */
export interface Notifications {
  /** The ARN of a topic. */
  readonly snsTopic: string
  readonly events: readonly string[]
}

/** A lock on a vault, in effect from its beginning. */
export interface VaultLock {
  readonly lockId: string
  readonly policy: string
  /** ISO 8601. */
  readonly creationDate: string
  /** ISO 8601: when it lapses unless it is completed; `null` once it is. */
  readonly expirationDate: string | null
}

/** `settings.json`. */
export interface VaultSettings {
  readonly tags: Readonly<Record<string, string>>
  readonly notifications: Notifications | null
  readonly accessPolicy: string | null
  readonly lock: VaultLock | null
}

const isSettings = shaped<VaultSettings>({
  tags: (value) => shaped({})(value) && Object.values(value).every(isText),
  notifications: nullOr(shaped<Notifications>({ snsTopic: isText, events: arrayOf(isText) })),
  accessPolicy: nullOr(isText),
  lock: nullOr(
    shaped<VaultLock>({
      lockId: isText,
      policy: isText,
      creationDate: isDate,
      expirationDate: nullOr(isDate),
    }),
  ),
})
const NONE: VaultSettings = { tags: {}, notifications: null, accessPolicy: null, lock: null }

/** The settings of all vaults. */
export class SettingsStore {
  readonly #vaults: VaultStore
  readonly #now: () => number

  constructor(vaults: VaultStore, now: () => number) {
    this.#vaults = vaults
    this.#now = now
  }

  /**
   * What is set; a lock that has lapsed is not.
   *
   * @throws {ServiceFault} 404: no such vault
   */
  async read(vaultName: string): Promise<VaultSettings> {
    return this.#current(await this.#vaults.readSettings(vaultName, isSettings))
  }

  /**
   * Changes what is set, from what is; two changes at once come one after the other.
   *
   * @throws {ServiceFault} 404: no such vault; or what `change` throws, and then nothing is changed
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
