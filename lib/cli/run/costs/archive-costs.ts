/** The costs of archives that may be in several regions, and the note on the prices that they are computed with. */
import { sumOf, type Cost } from '../../../costs/cost.js'
import type { SomePrices } from '../../../costs/prices.js'
import type { PricedArchive } from '../../../costs/storage-costs.js'
import type { RegionalPrices } from './regional-prices.js'

/** Where an archive is stored. */
export interface Place {
  /** The region; `undefined` if the catalog does not know the archive. */
  readonly region: string | undefined
  /** The endpoint, as the catalog records it: that of a vault on this machine begins with `local`. */
  readonly endpoint?: string | undefined
}

/** An archive, and where it is. */
export interface PlacedArchive extends PricedArchive, Place {}

/** The cost of archives, computed with the prices of each one's region. */
export function costByRegion<T extends Place>(
  archives: readonly T[],
  prices: RegionalPrices,
  costOf: (archives: readonly T[], prices: SomePrices) => Cost,
): Cost {
  const byRegion = new Map<string | undefined, T[]>()
  for (const archive of archives) {
    const others = byRegion.get(archive.region)
    if (others) others.push(archive)
    else byRegion.set(archive.region, [archive])
  }
  return sumOf([...byRegion].map(([region, inRegion]) => costOf(inRegion, prices.of(region))))
}

/** The sentences that say which prices are those of some places. */
export function priceNote(places: readonly Place[], prices: RegionalPrices): string {
  const regions = new Set(places.flatMap(({ region }) => region ?? []))
  const sentences = [...regions].sort().map(prices.sourceOf)
  if (places.some(({ region }) => region === undefined))
    sentences.push('The catalog does not know all of the archives.')
  if (places.some(({ endpoint }) => endpoint?.startsWith('local')))
    sentences.push('The vault is on this machine: this is what AWS would charge.')
  return sentences.join(' ')
}
