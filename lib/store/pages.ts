/** The pages of the lists of a store. */

/** A request for one page of a list. */
export interface PageRequest {
  /** The `marker` of the previous page; `undefined` for the first. */
  readonly marker?: string | undefined
  /** Maximum number of rows; default and maximum of the vault service: 10 vaults, or 50 rows of other lists. */
  readonly limit?: number | undefined
}

/** One page of a list. It may have few rows, or none, and not be the last. */
export interface Page<Item> {
  /** The rows. */
  readonly items: readonly Item[]
  /** The marker of the next page; `undefined` at the end. */
  readonly marker: string | undefined
}
