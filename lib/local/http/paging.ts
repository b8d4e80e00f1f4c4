/**
 * Pages of a list (protocol.md 0): a marker names the first item of the next page; more than a page is never given.
 */
import type { Exchange } from './exchange.js'
import { invalidParameter } from '../service-fault.js'

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
  readonly markerOf: (item: T) => string
  /** The form of a marker. */
  readonly form: RegExp
}

/**
 * The page a request asks for. One whose marker names an item that has gone begins with the one behind it.
 *
 * @throws {ServiceFault} 400: a limit that is no number from 1 up, or a marker that is none
 */
export function pageOf<T>(
  { query }: Exchange,
  items: readonly T[],
  { most, markerOf, form }: Paging<T>,
): Page<T> {
  const limit = query.get('limit') ?? String(most)
  if (!/^[1-9]\d{0,8}$/.test(limit)) throw invalidParameter(`Invalid limit: ${limit}`)
  const marker = query.get('marker') ?? ''
  if (marker !== '' && !form.test(marker)) throw invalidParameter(`Invalid marker: ${marker}`)
  const rest = items.filter((item) => markerOf(item) >= marker)
  const size = Math.min(Number(limit), most)
  const next = rest[size]
  return { items: rest.slice(0, size), marker: next === undefined ? null : markerOf(next) }
}
