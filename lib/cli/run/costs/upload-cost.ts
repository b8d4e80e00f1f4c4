/** The costs of an upload, for `put --dry-run`. */
import { VAULT_CHARGES } from '../../../costs/billing-rules.js'
import type { Cost } from '../../../costs/cost.js'
import { costOfUpload } from '../../../costs/request-costs.js'
import { storageCostPerMonth } from '../../../costs/storage-costs.js'
import { STORAGE_CLASSES, type StorageClass } from '../../../s3/storage-classes.js'
import { forecastUpload, type UploadPlan } from '../../../upload/upload-plan.js'
import type { PutOptions } from '../../commands/archives/put.js'
import type { Io } from '../../io.js'
import { costJson, formatCost, isUnknown } from '../../output/cost-text.js'
import { priceNote, type Place } from './archive-costs.js'
import { configuredPlace } from './configured-place.js'
import { regionalPrices, type RegionalPrices } from './regional-prices.js'

/** The costs of an upload. */
export interface UploadCost {
  /** The requests. */
  readonly upload: Cost
  /** The storage of the archives for a month. */
  readonly storagePerMonth: Cost
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
  const place = await configuredPlace(options, io)
  const known =
    storageClass === undefined ? prices.of(place.region) : prices.ofClass(place.region, storageClass)
  const charges = storageClass === undefined ? VAULT_CHARGES : STORAGE_CLASSES[storageClass]
  const { requests, volumes } = forecastUpload(plan, size)
  const maxInArchive = plan.partSize * plan.partsPerVolume
  const archives = Array.from({ length: volumes }, (_, i) => {
    return { size: Math.min(size - i * maxInArchive, maxInArchive), charges }
  })
  return {
    upload: costOfUpload(requests, known),
    storagePerMonth: storageCostPerMonth(archives, known),
    place,
    prices,
  }
}

/** The lines about the costs in the plan of an upload. */
export function uploadCostLines(cost: UploadCost | undefined): string[] {
  if (!cost) return ['cost         unknown, since the size is not known; --expected-size states it']
  const { upload, storagePerMonth, place, prices } = cost
  const amount = isUnknown(storagePerMonth) ? 'an unknown amount' : formatCost(storagePerMonth)
  const note = place.region === undefined ? prices.sourceOf(undefined) : priceNote([place], prices)
  return [
    `cost         ${formatCost(upload)} for the upload, and ${amount} a month for the storage`,
    `prices       ${note}`,
  ]
}

/** The costs in JSON. */
export function uploadCostJson({ upload, storagePerMonth, place }: UploadCost): object {
  return { region: place.region, upload: costJson(upload), storagePerMonth: costJson(storagePerMonth) }
}
