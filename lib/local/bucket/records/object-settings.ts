/** The properties that a request gives to an object, besides its bytes. */
import {
  isChecksumAlgorithm,
  type ChecksumAlgorithm,
  type ChecksumType,
} from '../checksums/checksum-algorithms.js'
import { isStorageClass, type StorageClass } from '../service/storage-classes.js'
import { isText, shaped, type Check } from '../../records/shape.js'

/** The settings of an object. */
export interface ObjectSettings {
  readonly storageClass: StorageClass
  /** The headers that are returned as they are, by names in lower case: `content-type`, `x-amz-meta-…`, encryption, lock. */
  readonly headers: Readonly<Record<string, string>>
  /** The tags, by key. */
  readonly tags: Readonly<Record<string, string>>
}

/** The checksum of an object. */
export interface ObjectChecksum {
  readonly algorithm: ChecksumAlgorithm
  readonly type: ChecksumType
  /** Base64; of a composite with its suffix, such as `-3`. */
  readonly value: string
}

const isTexts: Check = (value) =>
  typeof value === 'object' && value !== null && Object.values(value).every(isText)

/** Whether a value has the form of {@link ObjectSettings}. */
export const isObjectSettings: (value: unknown) => value is ObjectSettings = shaped<ObjectSettings>({
  storageClass: isStorageClass,
  headers: isTexts,
  tags: isTexts,
})

/** Whether a value has the form of an {@link ObjectChecksum}. */
export const isObjectChecksum: (value: unknown) => value is ObjectChecksum = shaped<ObjectChecksum>({
  algorithm: isChecksumAlgorithm,
  type: (value) => value === 'COMPOSITE' || value === 'FULL_OBJECT',
  value: isText,
})
