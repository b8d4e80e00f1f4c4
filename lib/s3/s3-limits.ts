/** The limits of a bucket as a store, in bytes and counts. */
import { GIB, MIB } from '../sizes.js'
import type { StoreLimits } from '../store/limits.js'
import { LEAF_SIZE } from '../tree-hash/leaf-size.js'

/**
 * The limits of a bucket as a store. S3 accepts parts from 5 MiB to 5 GiB
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html); part sizes are powers of two here, as for every
 * store, so an object has at most 10,000 parts of 4 GiB: 39 TiB.
 */
export const S3_LIMITS: StoreLimits = {
  leafSize: LEAF_SIZE,
  minPartSize: 8 * MIB,
  maxPartSize: 4 * GIB,
  maxParts: 10_000,
  defaultMaxArchiveSize: 10_000 * 4 * GIB,
}

/** Maximum number of bytes in the names and values of an object's own metadata. */
export const MAX_METADATA_BYTES = 2048

/** Maximum number of an object's tags. */
export const MAX_TAGS = 10
