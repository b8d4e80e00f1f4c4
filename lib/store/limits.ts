/** The limits of a store. */

/** The sizes and counts that a store accepts. A simulation passes smaller ones. */
export interface StoreLimits {
  /** Bytes under one leaf of the tree hash. */
  readonly leafSize: number
  /** Smallest part size, in bytes. */
  readonly minPartSize: number
  /** Largest part size, in bytes. It is also the largest archive that one request stores. */
  readonly maxPartSize: number
  /** Maximum number of parts in one archive. */
  readonly maxParts: number
  /** Bytes in an archive at most, unless an upload has another maximum; default 5 TB. */
  readonly defaultMaxArchiveSize?: number | undefined
}
