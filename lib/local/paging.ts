/**
 * Pages of a list (protocol.md 0): a marker names the first item of the next page; more than a page is never given.
 */
import type { Exchange } from './exchange.js'
import { invalidParameter } from './service-fault.js'

/** A page, and the marker of the next one. */
export interface Page<T> {
  readonly items: readonly T[]
  /** `null` at the end. */
  readonly marker: string | null
}

/**
 * The page a request asks for.
 *
 * @param most - rows of a page; a larger limit is taken as this
 * @param markerOf - what names an item
 * @throws {ServiceFault} 400: a limit that is no number from 1 up, or a marker that names no item
 */
export function pageOf<T>(
  { query }: Exchange,
  items: readonly T[],
  most: number,
  markerOf: (item: T) => string,
): Page<T> {
  const limit = query.get('limit') ?? String(most)
  if (!/^[1-9]\d{0,8}$/.test(limit)) throw invalidParameter(`Invalid limit: ${limit}`)
  const marker = query.get('marker') ?? ''
  const first = marker === '' ? 0 : items.findIndex((item) => markerOf(item) === marker)
  if (first < 0) throw invalidParameter(`Invalid marker: ${marker}`)
  const end = first + Math.min(Number(limit), most)
  const next = items[end]
  return { items: items.slice(first, end), marker: next === undefined ? null : markerOf(next) }
}
