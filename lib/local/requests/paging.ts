/**
 * Pages of a list (docs/glacier-protocol.md#lists-and-markers): a marker names the first item of the next page; more
 * than a page is never given.
 */
import { queryOf, type RequestContext } from './request-context.js'
import type { MarkerForm } from '../service/marker.js'
import { invalidParameter } from '../service/api-error.js'

/** A page, and the marker of the next one. */
export interface Page<T> {
  readonly items: readonly T[]
  /** `null` at the end. */
  readonly marker: string | null
}

/** How a list is cut into pages. */
export interface Paging<T> {
  /** Rows of a page; a larger limit is taken as this. */
  readonly most: number
  /** What names an item; the list is sorted by it, in ASCII order. */
  readonly keyOf: (item: T) => string
  /** The markers of this list. */
  readonly markers: MarkerForm
}

/**
 * The page a request asks for. One whose marker names an item that has gone begins with the one behind it. An empty marker
 * is the start of the list, as the guide says of ListVaults.
 *
 * @throws {ApiError} 400: a limit that is no whole number from 1 up, or a marker that is none of this list
 */
export function pageOf<T>(
  context: RequestContext,
  items: readonly T[],
  { most, keyOf, markers }: Paging<T>,
): Page<T> {
  const limit = queryOf(context, 'limit') ?? String(most)
  if (!/^[1-9]\d*$/.test(limit)) throw invalidParameter(`Invalid limit: ${limit}`)
  const marker = queryOf(context, 'marker') ?? ''
  const first = marker === '' ? '' : markers.read(marker)
  if (first === undefined) throw invalidParameter(`Invalid marker: ${marker}`)
  const rest = items.filter((item) => keyOf(item) >= first)
  const size = Math.min(Number(limit), most)
  const next = rest[size]
  return { items: rest.slice(0, size), marker: next === undefined ? null : markers.write(keyOf(next)) }
}
