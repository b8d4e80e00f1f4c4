/** The use of storage by all that is on disk now, for the costs. */
import { unlessDamaged } from '../../disk/damage.js'
import type { PartUse, StoredUse } from '../costs/bucket-meter.js'
import type { BucketStores } from './bucket-stores.js'

/** The accounts and regions whose buckets a server serves. An account may be in it more than once. */
export interface ServedPlaces {
  readonly accountIds: readonly string[]
  readonly regions: readonly string[]
}

/** The current objects. Damaged ones are reported and left out. */
export async function* storedObjects(
  stores: BucketStores,
  places: ServedPlaces,
): AsyncGenerator<StoredUse, void, undefined> {
  const { objects, restores, context } = stores
  for await (const bucket of servedBuckets(stores, places)) {
    for (const name of await objects.folderNames(bucket)) {
      const object = await unlessDamaged(objects.inFolder(bucket, name), context.onFailure)
      if (object) yield await restores.useOf(object)
    }
  }
}

/** The current parts of uploads that are not completed. Damaged ones are reported and left out. */
export async function* unfinishedParts(
  stores: BucketStores,
  places: ServedPlaces,
): AsyncGenerator<PartUse, void, undefined> {
  for await (const bucket of servedBuckets(stores, places)) {
    for (const { uploadId, settings } of await stores.uploads.list(bucket)) {
      const { storageClass } = settings
      const parts = await stores.uploads.allParts(bucket, uploadId)
      for (const { size, lastModified } of parts) yield { storageClass, size, lastModified }
    }
  }
}

/** The names of the buckets. */
async function* servedBuckets(
  { buckets }: BucketStores,
  { accountIds, regions }: ServedPlaces,
): AsyncGenerator<string, void, undefined> {
  for (const accountId of new Set(accountIds)) {
    for (const { name, region } of await buckets.list(accountId)) if (regions.includes(region)) yield name
  }
}
