/** The pages of the lists of the simulated service (docs/glacier-protocol.md#lists-and-markers). */
import type { PageResponse } from './service.js'
import type { ServiceContext } from './service-context.js'

/** The default and the maximum of the limit of a page. */
const MAX_ITEMS = 50

/**
 * Cuts a page out of a list. A marker is the position of the first item of the next page.
 *
 * @param items - all items, in an order that does not change from page to page; new ones come last
 */
export function pageOf<Item>(
  { world, history }: Pick<ServiceContext, 'world' | 'history'>,
  name: string,
  items: readonly Item[],
  marker = '',
  limit: number = MAX_ITEMS,
): PageResponse<Item> {
  const from = Number(marker)
  let length = Math.min(limit, MAX_ITEMS)
  const available = Math.min(length, items.length - from)
  if (available > 0 && world.faults.happens('short-page', `${name}/short-page`)) {
    history.tookEffect('short-page')
    length = world.choices.between(`${name}/page-length`, available - 1, 0)
  }
  const to = from + length
  return { items: items.slice(from, to), marker: to < items.length ? String(to) : undefined }
}
