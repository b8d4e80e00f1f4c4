/**
 * Lists that come in pages. The service's markers are opaque: all that can be known of a list that does not end is that
 * it begins again.
 */
import { RepeatedMarkerError } from '../errors.js'
import { FUNCTION } from '../options/rules.js'
import type { Page, PageRequest } from '../store/pages.js'

/**
 * All pages of a list. An empty marker ends it, as an absent one does.
 *
 * @throws {RepeatedMarkerError} `ERR_REPEATED_MARKER`: a page has the marker of an earlier one
 */
export async function* pagesOf<Item, Found extends Page<Item>>(
  list: (page: PageRequest) => Promise<Found & Page<Item>>,
): AsyncGenerator<Found, void, undefined> {
  const seen = new Set<string>()
  let marker: string | undefined
  do {
    const page = await list({ marker })
    yield page
    // Other clients may give null.
    const { marker: next } = page as { readonly marker?: string | null | undefined }
    marker = next === '' || next === null ? undefined : next
    if (marker !== undefined && seen.has(marker)) throw new RepeatedMarkerError(marker, seen.size)
    if (marker !== undefined) seen.add(marker)
  } while (marker !== undefined)
}

/**
 * All rows of a list, page by page. An empty marker ends it, as an absent one does.
 *
 * @throws {TypeError} no function
 * @throws {RepeatedMarkerError} `ERR_REPEATED_MARKER`: a page has the marker of an earlier one
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
