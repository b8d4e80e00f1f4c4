/** How the archives of a catalog are charged for: those of a vault alike, objects by their storage class. */
import type { ArchiveRecord } from '../../../catalog/record.js'
import { isObjectId } from '../../../catalog/vault-address.js'
import { VAULT_CHARGES, type StorageCharges } from '../../../costs/billing-rules.js'
import { CLASS_CHARGES, isChargedClass } from '../../../costs/class-charges.js'

/** The charges of an archive; `undefined` for an object whose class is not known. */
export function chargesOf({
  archiveId,
  storageClass = '',
}: Pick<ArchiveRecord, 'archiveId' | 'storageClass'>): StorageCharges | undefined {
  if (!isObjectId(archiveId)) return VAULT_CHARGES
  return isChargedClass(storageClass) ? CLASS_CHARGES[storageClass] : undefined
}
