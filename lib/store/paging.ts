/**
 * Reads lists that come in pages. Markers are opaque: a list that does not end is recognized by a marker that it repeats,
 * by empty pages without a row between them, or by far more pages than any list of the service has.
 */
import { RepeatedMarkerError, ServiceError } from '../errors.js'
import { FUNCTION } from '../options/rules.js'
import type { Page, PageRequest } from './pages.js'

/** Empty pages in a row: the service sends some where it filters rows. */
const MAX_EMPTY_PAGES = 1000
/** A million rows of the service, which has 50 in a page. */
const MAX_PAGES = 20_000

/**
 * Reads all pages of a list. An empty marker ends the list, as an absent one does.
 *
 * @throws {RepeatedMarkerError} `ERR_REPEATED_MARKER`: a page has the marker of an earlier page
 * @throws {ServiceError} `ERR_SERVICE`, service code `EndlessList`: 1,000 pages in a row have no rows, or the list has
 *   more than 20,000 pages
 */
export async function* pagesOf<Item, Found extends Page<Item>>(
  list: (page: PageRequest) => Promise<Found & Page<Item>>,
): AsyncGenerator<Found, void, undefined> {
  const seen = new Set<string>()
  let marker: string | undefined
  let emptyPages = 0
  do {
    const page = await list({ marker })
    yield page
    emptyPages = page.items.length === 0 ? emptyPages + 1 : 0
    if (emptyPages === MAX_EMPTY_PAGES) throw endlessList(`${MAX_EMPTY_PAGES} pages in a row have no rows`)
    if (seen.size === MAX_PAGES) throw endlessList(`it has more than ${MAX_PAGES} pages`)
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
 * @throws {ServiceError} `ERR_SERVICE`, service code `EndlessList`: 1,000 pages in a row have no rows, or the list has
 *   more than 20,000 pages
 */
export function itemsOf<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  FUNCTION(list, 'list', 'itemsOf')
  return rowsOf(list)
}

/**
 * The error about a list that does not end.
 *
 * @param reason - a clause, as `it has more than 10000 rows`
 */
export function endlessList(reason: string): ServiceError {
  return new ServiceError(
    `The list does not end: ${reason}. Check whether a proxy or another server responds in place of the service.`,
    { operation: 'List', serviceCode: 'EndlessList' },
  )
}

async function* rowsOf<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  for await (const page of pagesOf(list)) yield* page.items
}
