/** `buckets/HASH/bucket.json`: a bucket. The folder is named by a hash of the bucket's name. */
import { isAccountId, isRegion, type AccountRegion } from '../../service/account-region.js'
import { isBucketName } from '../service/bucket-names.js'
import { isDate, shaped } from '../../records/shape.js'

/** `bucket.json`. */
export interface BucketRecord extends AccountRegion {
  readonly name: string
  /** ISO 8601. */
  readonly creationDate: string
  /** Whether objects can have a lock. */
  readonly hasObjectLock: boolean
}

/** Whether a value has the form of a {@link BucketRecord}. */
export const isBucketRecord: (value: unknown) => value is BucketRecord = shaped<BucketRecord>({
  name: (value) => typeof value === 'string' && isBucketName(value),
  creationDate: isDate,
  accountId: (value) => typeof value === 'string' && isAccountId(value),
  region: (value) => typeof value === 'string' && isRegion(value),
  hasObjectLock: (value) => typeof value === 'boolean',
})
