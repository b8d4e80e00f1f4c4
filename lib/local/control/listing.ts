/** Pages of what a control lists: at most a page of a list is looked into, however long it is. */
import { refused } from './control-body.js'

/** A page of a list. */
export interface Listing<T> {
  readonly items: readonly T[]
  /** The key the next page begins at; `null` at the end. */
  readonly marker: string | null
  /** Items in the whole list. */
  readonly total: number
}

/** Items of a page, unless its `limit` says fewer. */
const DEFAULT_LIMIT = 50
/** Items of a page at the most. */
const MAX_LIMIT = 100

/**
 * The page of a list that a query asks for with `marker` and `limit`. Where the item at the marker has gone, the page
 * begins at the one behind it.
 *
 * @param keyOf - what names an item; the list is sorted by it
 * @param descending - whether the list begins with the last key
 * @throws {ApiError} 400: a limit that is no whole number from 1 to 100
 */
export function listingOf<T>(
  items: readonly T[],
  query: URLSearchParams,
  keyOf: (item: T) => string,
  { descending = false }: { readonly descending?: boolean } = {},
): Listing<T> {
  const limit = query.get('limit') ?? String(DEFAULT_LIMIT)
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > MAX_LIMIT)
    throw refused(400, `The limit of a list is a whole number from 1 to ${MAX_LIMIT}.`)
  const marker = query.get('marker')
  const isFrom = (key: string): boolean => marker === null || (descending ? key <= marker : key >= marker)
  const at = items.findIndex((item) => isFrom(keyOf(item)))
  const start = at < 0 ? items.length : at
  const end = start + Number(limit)
  const next = items[end]
  return {
    items: items.slice(start, end),
    marker: next === undefined ? null : keyOf(next),
    total: items.length,
  }
}
