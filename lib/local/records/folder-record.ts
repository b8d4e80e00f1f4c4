/** `local-vault.json`, which marks a folder as a local vault's, and `vault-id`, which identifies the folder. */
import { hasShape, isCount } from './shape.js'

/** `local-vault.json`. */
export interface FolderRecord {
  /** The format of the folder. */
  readonly format: number
}

/** Whether a value has the form of a {@link FolderRecord}. */
export function isFolderRecord(value: unknown): value is FolderRecord {
  return hasShape<FolderRecord>(value, { format: isCount })
}

/** Whether a text has the form of `vault-id`: a UUID, with or without the end of the line. */
export function isVaultId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text.trim())
}
