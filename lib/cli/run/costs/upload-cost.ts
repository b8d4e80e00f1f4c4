/** The costs of an upload, for `put --dry-run`. */
import { VAULT_CHARGES } from '../../../costs/billing-rules.js'
import { CLASS_CHARGES } from '../../../costs/class-charges.js'
import type { Cost } from '../../../costs/cost.js'
import { costOfObjectUploads } from '../../../costs/object-costs.js'
import type { ObjectPrices } from '../../../costs/object-prices.js'
import type { SomePrices } from '../../../costs/prices.js'
import { costOfUpload } from '../../../costs/request-costs.js'
import { storageCostPerMonth } from '../../../costs/storage-costs.js'
import type { StorageClass } from '../../../s3/storage-classes.js'
import { forecastUpload, type UploadPlan } from '../../../upload/upload-plan.js'
import type { PutOptions } from '../../commands/archives/put.js'
import type { Io } from '../../io.js'
import { costJson, formatCost, isUnknown } from '../../output/cost-text.js'
import { priceNote, type Place } from './archive-costs.js'
import { configuredPlace } from './configured-place.js'
import { regionalPrices, type RegionalPrices } from './regional-prices.js'

/** The costs of the requests of an upload, and of what it stores. */
interface UploadAndStorage {
  /** The requests. */
  readonly upload: Cost
  /** The storage of the archives for a month. */
  readonly storagePerMonth: Cost
}

/** The costs of an upload. */
export interface UploadCost extends UploadAndStorage {
  readonly place: Place
  readonly prices: RegionalPrices
}

/**
 * Computes the costs of an upload.
 *
 * @param size - bytes of the source; `undefined` if they are not known, and neither are the costs
 * @param storageClass - that of the object; `undefined` in a vault
 * @throws as {@link regionalPrices} and {@link configuredPlace}
 */
export async function uploadCostOf(
  plan: UploadPlan,
  size: number | undefined,
  options: PutOptions,
  io: Io,
  storageClass?: StorageClass,
): Promise<UploadCost | undefined> {
  const prices = await regionalPrices(options)
  if (size === undefined) return undefined
  const place = { ...(await configuredPlace(options, io)), inBucket: storageClass !== undefined }
  const costs =
    storageClass === undefined
      ? costsInVault(plan, size, prices.of(place.region))
      : costsInBucket(plan, size, storageClass, prices.ofClass(place.region, storageClass))
  return { ...costs, place, prices }
}

function costsInVault(plan: UploadPlan, size: number, prices: SomePrices): UploadAndStorage {
  const archives = archiveSizes(plan, size).map((bytes) => ({ size: bytes, charges: VAULT_CHARGES }))
  return {
    upload: costOfUpload(forecastUpload(plan, size).requests, prices),
    storagePerMonth: storageCostPerMonth(archives, prices),
  }
}

function costsInBucket(
  plan: UploadPlan,
  size: number,
  storageClass: StorageClass,
  prices: ObjectPrices,
): UploadAndStorage {
  const sizes = archiveSizes(plan, size)
  const charges = CLASS_CHARGES[storageClass]
  return {
    upload: costOfObjectUploads(
      sizes.map((bytes) => Math.ceil(bytes / plan.partSize)),
      prices,
    ),
    storagePerMonth: storageCostPerMonth(
      sizes.map((bytes) => ({ size: bytes, charges })),
      prices,
    ),
  }
}

/** Bytes of each archive of an upload. */
function archiveSizes(plan: UploadPlan, size: number): number[] {
  const { volumes } = forecastUpload(plan, size)
  const maxInArchive = plan.partSize * plan.partsPerVolume
  return Array.from({ length: volumes }, (_, i) => Math.min(size - i * maxInArchive, maxInArchive))
}

/** The lines about the costs in the plan of an upload. */
export function uploadCostLines(cost: UploadCost | undefined): string[] {
  if (!cost) return ['cost         unknown, since the size is not known; --expected-size states it']
  const { upload, storagePerMonth, place, prices } = cost
  const amount = isUnknown(storagePerMonth) ? 'an unknown amount' : formatCost(storagePerMonth)
  const note = place.region === undefined ? prices.sourceOf(undefined, false) : priceNote([place], prices)
  return [
    `cost         ${formatCost(upload)} for the upload, and ${amount} a month for the storage`,
    `prices       ${note}`,
  ]
}

/** The costs in JSON. */
export function uploadCostJson({ upload, storagePerMonth, place }: UploadCost): object {
  return { region: place.region, upload: costJson(upload), storagePerMonth: costJson(storagePerMonth) }
}
