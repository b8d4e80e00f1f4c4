/** The service's limits, in bytes and counts (docs/glacier-protocol.md#limits). */

/** 1 MiB: 1,048,576 bytes. */
export const MIB = 1_048_576
/** 1 GiB in bytes. */
export const GIB: number = 1024 * MIB
/** Bytes under one leaf of the tree hash (docs/glacier-protocol.md#tree-hash). */
export const LEAF_SIZE: number = MIB
/** Smallest part size, in bytes. */
export const MIN_PART_SIZE: number = MIB
/** Largest part size, in bytes; also the most one UploadArchive request may carry. */
export const MAX_PART_SIZE: number = 4 * GIB
/** The most parts one upload may have. */
export const MAX_PARTS = 10_000
/** The most characters of an archive or job description. */
export const MAX_DESCRIPTION_LENGTH = 1024
