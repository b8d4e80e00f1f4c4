/**
 * An account in a region: the owner of vaults, settings, uploads and jobs. Both parts become names of folders, so their
 * form is strict.
 */

/** An account in a region. */
export interface AccountRegion {
  /** 12 digits. */
  readonly accountId: string
  /** As `us-east-1`. */
  readonly region: string
}

/** Whether a text is the ID of an account. */
export function isAccountId(text: string): boolean {
  return /^\d{12}$/.test(text)
}

/** Whether a text can be the name of a region: lowercase letters, digits and dashes, which every file system accepts. */
export function isRegion(text: string): boolean {
  return /^[a-z0-9-]{1,64}$/.test(text)
}
