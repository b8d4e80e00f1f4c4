/**
 * Before a byte is read: how large the parts are, how much memory they may take, how many are sent at once.
 */
import { MAX_PARTS } from '../vault/limits.js'
import { planMemory, type MemoryOptions } from '../vault/memory-plan.js'
import { DEFAULT_PART_SIZE, partSizeFor } from '../vault/part-size.js'

/** What may be said of an upload's size and means. */
export interface UploadPlanOptions extends MemoryOptions {
  /**
   * Bytes in each part: 1 MiB × 2ⁿ, 1 MiB to 4 GiB. Default: what `expectedSize` needs, else 16 MiB; a quarter of the
   * memory where that is less.
   */
  readonly partSize?: number | undefined
  /** Bytes the source has or is thought to have; chooses the part size. Default: unknown. */
  readonly expectedSize?: number | undefined
}

/** How an upload is made. */
export interface UploadPlan {
  /** Bytes in each part. */
  readonly partSize: number
  /** Bytes of parts held at the most. */
  readonly memory: number
  /** Parts sent at once at the most. */
  readonly concurrency: number
}

/**
 * Decides part size, memory and concurrency.
 *
 * @throws {TypeError} a part size that is no number
 * @throws {RangeError} values the service or the budget cannot meet; the message says which would do
 */
export function planUpload(options: UploadPlanOptions): UploadPlan {
  const { expectedSize } = options
  const wanted = expectedSize === undefined ? DEFAULT_PART_SIZE : partSizeFor(expectedSize)
  const { pieceSize: partSize, memory, concurrency } = planMemory(options.partSize, wanted, options)
  if (expectedSize !== undefined && expectedSize > partSize * MAX_PARTS) {
    throw new RangeError(
      `${expectedSize} bytes do not fit ${MAX_PARTS} parts of ${partSize} bytes: ` +
        `they need parts of ${wanted} bytes, and four times that of memory.`,
    )
  }
  return { partSize, memory, concurrency }
}
