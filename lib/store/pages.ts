/** Lists that a store gives page by page. */

/** The page of a list to request. */
export interface PageRequest {
  /** The `marker` of the page before; `undefined` for the first. */
  readonly marker?: string | undefined
  /** Maximum number of rows; the vault service gives at most 10 vaults, or 50 of anything else. */
  readonly limit?: number | undefined
}

/** Some rows of a list. A page may be short, or empty, and not be the last. */
export interface Page<Item> {
  /** The rows of the page. */
  readonly items: readonly Item[]
  /** The marker of the next page; `undefined` at the end. */
  readonly marker: string | undefined
}
