/** The charges and delays of a storage class, in words. */
import { CLASS_CHARGES } from '../../costs/class-charges.js'
import { STORAGE_CLASSES, type StorageClass } from '../../s3/storage-classes.js'
import { formatSize } from './format.js'

const HOUR_MS = 3_600_000

/**
 * The storage class with what it implies, as `DEEP_ARCHIVE: charged for at least 180 days and 40.0 KiB more for each object; a
 * restore takes up to 12 hours, or 48 with Bulk`.
 */
export function storageClassText(storageClass: StorageClass): string {
  const { restoreTimes } = STORAGE_CLASSES[storageClass]
  const { minDays, minBilledBytes, overheadBytes, standardOverheadBytes } = CLASS_CHARGES[storageClass]
  const overhead = overheadBytes + standardOverheadBytes
  const charged = [
    minDays > 0 && `for at least ${minDays} days`,
    minBilledBytes > 0 && `as at least ${formatSize(minBilledBytes)}`,
    overhead > 0 && `for ${formatSize(overhead)} more for each object`,
  ].filter((text) => text !== false)
  const restores = Object.entries(restoreTimes ?? {})
    .map(([tier, { maxMs }]) => `${formatHours(maxMs)} with ${tier}`)
    .join(', ')
  const implied = [
    charged.length > 0 ? `charged ${charged.join(' and ')}` : 'charged for the time it is stored',
    restores === '' ? 'can be read at once' : `must be restored before it is read, in up to ${restores}`,
  ]
  return `${storageClass}: ${implied.join('; ')}`
}

function formatHours(ms: number): string {
  return ms < HOUR_MS ? `${ms / 60_000} minutes` : `${ms / HOUR_MS} hours`
}
