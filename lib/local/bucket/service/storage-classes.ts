/** The storage classes of Amazon S3, and how objects in them are read (https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html). */

/** The storage classes that an object can be stored in. */
export const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const

/** A storage class. */
export type StorageClass = (typeof STORAGE_CLASSES)[number]

/** A storage class whose objects must be restored before they can be read. */
export type ArchiveClass = 'GLACIER' | 'DEEP_ARCHIVE'

/** Whether a text is the name of a storage class. */
export function isStorageClass(text: unknown): text is StorageClass {
  return (STORAGE_CLASSES as readonly unknown[]).includes(text)
}

/** Whether objects of a class must be restored before they can be read. */
export function isArchiveClass(storageClass: StorageClass): storageClass is ArchiveClass {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE'
}
