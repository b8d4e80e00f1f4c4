/** Pages of the lists that controls return. Only the items of one page are read, however long the list is. */
import { controlError } from './control-body.js'

/** A page of a list. */
export interface Listing<T> {
  readonly items: readonly T[]
  /** The key at which the next page begins; `null` for the last page. */
  readonly marker: string | null
  /** The number of items in the whole list. */
  readonly total: number
}

/** The order of a list. */
export interface ListingOrder {
  readonly descending?: boolean
  readonly compare?: (a: string, b: string) => number
}

/** Items of a page without a `limit`. */
const DEFAULT_LIMIT = 50
/** The maximum number of items of a page. */
const MAX_LIMIT = 100

/**
 * The page of a list that a query asks for with `marker` and `limit`. If the item at the marker no longer exists, the page
 * begins with the next one.
 *
 * @param keyOf - the key of an item; the list is sorted by it
 * @param descending - whether the list begins with the last key
 * @param compare - the order of the keys, as that of `Array.sort`; default that of texts
 * @throws {ApiError} 400: the limit is not a whole number from 1 to 100
 */
export function listingOf<T>(
  items: readonly T[],
  query: URLSearchParams,
  keyOf: (item: T) => string,
  { descending = false, compare = inOrderOfTexts }: ListingOrder = {},
): Listing<T> {
  const limit = query.get('limit') ?? String(DEFAULT_LIMIT)
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > MAX_LIMIT)
    throw controlError(400, `The limit of a list is a whole number from 1 to ${MAX_LIMIT}.`)
  const marker = query.get('marker')
  const sign = descending ? -1 : 1
  const isFrom = (key: string): boolean => marker === null || sign * compare(key, marker) >= 0
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

function inOrderOfTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
