/** How the archives of a catalog are charged for: those of a vault alike, objects by their storage class. */
import type { ArchiveRecord } from '../../../catalog/record.js'
import { isObjectId } from '../../../catalog/vault-address.js'
import { VAULT_CHARGES, type StorageCharges } from '../../../costs/billing-rules.js'
import { STORAGE_CLASSES, type StorageClass } from '../../../s3/storage-classes.js'

/** The charges of an archive; `undefined` for an object whose class is not known. */
export function chargesOf({
  archiveId,
  storageClass = '',
}: Pick<ArchiveRecord, 'archiveId' | 'storageClass'>): StorageCharges | undefined {
  if (!isObjectId(archiveId)) return VAULT_CHARGES
  return isKnownClass(storageClass) ? STORAGE_CLASSES[storageClass] : undefined
}

function isKnownClass(name: string): name is StorageClass {
  return Object.hasOwn(STORAGE_CLASSES, name)
}
