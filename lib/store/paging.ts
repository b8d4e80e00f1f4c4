/**
 * Reads lists that come in pages. Markers are opaque: a list that does not end is only recognized by a marker that it
 * repeats.
 */
import { RepeatedMarkerError } from '../errors.js'
import { FUNCTION } from '../options/rules.js'
import type { Page, PageRequest } from './pages.js'

/**
 * Reads all pages of a list. An empty marker ends the list, as an absent one does.
 *
 * @throws {RepeatedMarkerError} `ERR_REPEATED_MARKER`: a page has the marker of an earlier page
 */
export async function* pagesOf<Item, Found extends Page<Item>>(
  list: (page: PageRequest) => Promise<Found & Page<Item>>,
): AsyncGenerator<Found, void, undefined> {
  const seen = new Set<string>()
  let marker: string | undefined
  do {
    const page = await list({ marker })
    yield page
    // The marker of another client's page may be null.
    const { marker: next } = page as { readonly marker?: string | null | undefined }
    marker = next === '' || next === null ? undefined : next
    if (marker !== undefined && seen.has(marker)) throw new RepeatedMarkerError(marker, seen.size)
    if (marker !== undefined) seen.add(marker)
  } while (marker !== undefined)
}

/**
 * Reads all rows of a list, page by page. An empty marker ends the list, as an absent one does.
 *
 * @throws {TypeError} `list` is not a function
 * @throws {RepeatedMarkerError} `ERR_REPEATED_MARKER`: a page has the marker of an earlier page
 */
export function itemsOf<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  FUNCTION(list, 'list', 'itemsOf')
  return rowsOf(list)
}

async function* rowsOf<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  for await (const page of pagesOf(list)) yield* page.items
}
