/**
 * Pages of a list (docs/glacier-protocol.md#lists-and-markers). A marker is the position of the first item of the next
 * page.
 */
import { invalidParameter } from '../service/api-error.js'
import type { MarkerForm } from '../service/marker.js'
import type { RequestContext } from './request-context.js'
import { queryOf } from './request-values.js'

/** A page, and the marker of the next one. */
export interface Page<T> {
  readonly items: readonly T[]
  /** `null` for the last page. */
  readonly marker: string | null
}

/** How a list is divided into pages. */
export interface Paging<T> {
  /** The maximum number of items of a page. A larger limit in the query is reduced to it. */
  readonly maxItems: number
  /** The key of an item. The list is sorted by it, in ASCII order. */
  readonly keyOf: (item: T) => string
  /** The markers of this list. */
  readonly markers: MarkerForm
}

/**
 * The page that a query asks for. If the item at the marker no longer exists, the page begins with the next one. An empty
 * marker is the start of the list, as the guide says of ListVaults.
 *
 * @throws {ApiError} 400: the limit is not a whole number from 1 up, or the marker is not one of this list
 */
export function pageOf<T>(
  context: RequestContext,
  items: readonly T[],
  { maxItems, keyOf, markers }: Paging<T>,
): Page<T> {
  const limit = queryOf(context, 'limit') ?? String(maxItems)
  if (!/^[1-9]\d*$/.test(limit)) throw invalidParameter(`Invalid limit: ${limit}`)
  const marker = queryOf(context, 'marker') ?? ''
  const first = marker === '' ? '' : markers.read(marker)
  if (first === undefined) throw invalidParameter(`Invalid marker: ${marker}`)
  const rest = items.filter((item) => keyOf(item) >= first)
  const size = Math.min(Number(limit), maxItems)
  const next = rest[size]
  return { items: rest.slice(0, size), marker: next === undefined ? null : markers.write(keyOf(next)) }
}
