/**
 * An account in a region: what vaults, settings, uploads and jobs belong to. Both become names of folders, and so have a
 * strict form.
 */

/** An account in a region. */
export interface AccountRegion {
  /** 12 digits. */
  readonly accountId: string
  readonly region: string
}

/** Whether a text is the ID of an account. */
export function isAccountId(text: string): boolean {
  return /^\d{12}$/.test(text)
}

/** Whether a text may be the name of a region: small letters, digits and dashes, which every file system takes. */
export function isRegion(text: string): boolean {
  return /^[a-z0-9-]{1,64}$/.test(text)
}
