/** The costs of archives that may be in several regions, and the note on the prices that they are computed with. */
import { isObjectId } from '../../../catalog/vault-address.js'
import { sumOf, type Cost } from '../../../costs/cost.js'
import type { StoragePrices } from '../../../costs/prices.js'
import type { PricedArchive } from '../../../costs/storage-costs.js'
import { chargesOf } from './charges.js'
import type { RegionalPrices } from './regional-prices.js'

/** Where an archive is stored. */
export interface Place {
  /** The region; `undefined` if the catalog does not know the archive. */
  readonly region: string | undefined
  /** The endpoint, as the catalog records it: that of a vault on this machine begins with `local`. */
  readonly endpoint?: string | undefined
  /** Whether it is in a bucket; default by the ID. */
  readonly inBucket?: boolean | undefined
  /** The ID, by which an object of a bucket is recognized; absent if the catalog does not know the archive. */
  readonly archiveId?: string | undefined
  /** The storage class of an object; absent if it is not known. */
  readonly storageClass?: string | undefined
}

/** An archive, and where it is. */
export interface PlacedArchive extends PricedArchive, Place {}

/** The cost of archives, computed with the prices of each one's region and storage class. */
export function costByRegion(
  archives: readonly PlacedArchive[],
  prices: RegionalPrices,
  costOf: (archives: readonly PricedArchive[], prices: StoragePrices) => Cost,
): Cost {
  const groups = new Map<string, { readonly place: Place; readonly charged: PricedArchive[] }>()
  for (const archive of archives) {
    const key = [archive.region, isObject(archive), archive.storageClass].join(' ')
    const group = groups.get(key) ?? { place: archive, charged: [] }
    group.charged.push(chargedOf(archive))
    groups.set(key, group)
  }
  return sumOf([...groups.values()].map(({ place, charged }) => costOf(charged, pricesAt(place, prices))))
}

/** An archive with how it is charged for. Nothing can be computed for an object of a class that is not known. */
function chargedOf({ size, time, archiveId = '', storageClass }: PlacedArchive): PricedArchive {
  const charges = chargesOf({ archiveId, storageClass })
  return charges ? { size, time, charges } : { size: undefined, time: undefined }
}

function pricesAt(place: Place, prices: RegionalPrices): StoragePrices {
  const { region, storageClass = '' } = place
  return isObject(place) ? prices.ofClass(region, storageClass) : prices.of(region)
}

function isObject({ archiveId = '', inBucket = isObjectId(archiveId) }: Place): boolean {
  return inBucket
}

/** Whether what is done at a place is free, since it is on this machine. */
export function isOnThisMachine({ endpoint }: Pick<Place, 'endpoint'>): boolean {
  return endpoint?.startsWith('local') === true
}

/** The sentences that say which prices are those of some places. */
export function priceNote(places: readonly Place[], prices: RegionalPrices): string {
  const known = places.filter(({ region }) => region !== undefined)
  const regions = [false, true].map((inBucket) => {
    return new Set(known.filter((place) => isObject(place) === inBucket).map(({ region }) => region))
  })
  const sources = regions.flatMap((ofKind, i) => [...ofKind].sort().map((at) => prices.sourceOf(at, i === 1)))
  const sentences = [...new Set(sources)]
  if (places.some(({ region }) => region === undefined))
    sentences.push('The catalog does not know all of the archives.')
  if (places.some(isOnThisMachine))
    sentences.push('The archives are on this machine: this is what AWS would charge.')
  return sentences.join(' ')
}
