/** `vaults/NAME/settings.json`: the settings of a vault. */
import { arrayOf, isDate, isText, nullOr, shaped } from './shape.js'

/** The notifications of a vault. */
export interface Notifications {
  /** The ARN of a topic. */
  readonly snsTopic: string
  /** The events that are published, such as `ArchiveRetrievalCompleted`. */
  readonly events: readonly string[]
}

/** A lock on a vault. It is in effect from its start. */
export interface VaultLock {
  readonly lockId: string
  /** The policy, as JSON. */
  readonly policy: string
  /** ISO 8601. */
  readonly creationDate: string
  /** ISO 8601: the time at which the lock expires unless it is completed; `null` once it is. */
  readonly expirationDate: string | null
}

/** `settings.json`. */
export interface VaultSettings {
  readonly tags: Readonly<Record<string, string>>
  readonly notifications: Notifications | null
  /** The access policy, as JSON. */
  readonly accessPolicy: string | null
  readonly lock: VaultLock | null
}

/** Whether a value has the form of {@link VaultSettings}. */
export const isSettings: (value: unknown) => value is VaultSettings = shaped<VaultSettings>({
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
