/**
 * The plan of an upload, made once before a byte is read: how large the parts are, how much memory they may take, how
 * many are sent at once, how much an archive holds.
 */
import { MIN_PIECES, PIECES_BETWEEN_STAGES, planMemory, type MemoryOptions } from '../transfer/memory-plan.js'
import { optionError } from '../options/option-error.js'
import type { StoreLimits } from '../store/limits.js'
import { choosePartSize } from '../store/part-size.js'

/**
 * Default maximum size of an archive of a store that states none, in bytes: 5 TB, what AWS's own migration tool accepts
 * (docs/glacier-protocol.md#names-in-descriptions).
 */
export const DEFAULT_MAX_ARCHIVE_SIZE = 5e12

/**
 * Seconds in which a part should be sent: the service times out slow requests, and signatures last 5 minutes
 * (docs/glacier-protocol.md#signatures).
 */
const MAX_PART_SECONDS = 60

/** The part that keeps the upload alive while its source is silent. */
const PARTS_RESERVED = 1

/** Options that decide the plan of an upload. */
export interface UploadPlanOptions extends MemoryOptions {
  /**
   * Bytes in each part: 1 MiB × 2ⁿ, 1 MiB to 4 GiB. Default: what `expectedSize` needs, or 16 MiB; a quarter of the
   * memory if that is less.
   */
  readonly partSize?: number | undefined
  /** Bytes that the source has, known or estimated. It decides the part size. Default: unknown. */
  readonly expectedSize?: number | undefined
  /** Maximum size of an archive in bytes, rounded down to full parts; default 5 TB in a vault, 39 TiB in
   * a bucket. A longer stream takes several. */
  readonly maxArchiveSize?: number | undefined
  /** Maximum number of bytes sent per second; default no limit. */
  readonly limitRate?: number | undefined
  /** Whether a stream continues in another archive when one is full; default true. With false it fails then. */
  readonly volumes?: boolean | undefined
}

/** The plan of an upload. */
export interface UploadPlan {
  /** Bytes in each part. */
  readonly partSize: number
  /** Maximum memory for parts, in bytes. */
  readonly memory: number
  /** Maximum number of parts sent at once. */
  readonly concurrency: number
  /** Maximum number of parts in an archive. */
  readonly partsPerVolume: number
  /** Whether the stream may continue in another archive. */
  readonly volumes: boolean
}

/** The archives, parts and requests that an upload of a known size takes. */
export interface UploadForecast {
  readonly volumes: number
  readonly parts: number
  /** The number of requests, if none is repeated. */
  readonly requests: number
}

/**
 * Decides part size, memory, concurrency and volumes. Each option has been checked by itself.
 *
 * @param limits - the limits of the store
 * @throws {RangeError} the store or the memory does not allow these values; the message says which would do
 */
export function planUpload(options: UploadPlanOptions, limits: StoreLimits): UploadPlan {
  const { defaultMaxArchiveSize = DEFAULT_MAX_ARCHIVE_SIZE } = limits
  const { expectedSize, maxArchiveSize = defaultMaxArchiveSize, volumes = true } = options
  const { limitRate = Infinity } = options
  const volumeSize =
    expectedSize !== undefined && volumes ? Math.min(expectedSize, maxArchiveSize) : expectedSize
  const defaultPartSize = choosePartSize(volumeSize ?? 0, limits)
  const memoryPlan = planMemory(options.partSize, defaultPartSize, options, PARTS_RESERVED)
  const { pieceSize: partSize, memory } = memoryPlan
  assertAccepted(partSize, options.partSize === undefined, limits)
  // Of a limited rate, a few requests at once get enough each; many would all be slow.
  const maxConcurrency = Math.max(1, Math.floor((limitRate * MAX_PART_SECONDS) / partSize))
  const concurrency = Math.min(memoryPlan.concurrency, maxConcurrency)
  const partsPerVolume = Math.min(limits.maxParts, Math.floor(maxArchiveSize / partSize))
  if (partsPerVolume === 0) {
    throw optionError(
      RangeError,
      'maxArchiveSize',
      'an upload',
      `must be at least the size of one part (${partSize} bytes), not ${maxArchiveSize}.`,
    )
  }
  if (!volumes && expectedSize !== undefined && expectedSize > partSize * partsPerVolume) {
    const remedy =
      partSize * limits.maxParts < expectedSize
        ? `choose parts of ${defaultPartSize} bytes, and memory for four of them`
        : 'allow a larger archive'
    throw new RangeError(
      `The source has ${expectedSize} bytes, and one archive holds at most ${partSize * partsPerVolume}, in parts of ` +
        `${partSize} bytes. Allow several volumes, or ${remedy}.`,
    )
  }
  return { partSize, memory, concurrency, partsPerVolume, volumes }
}

/** @param isByMemory - whether the memory decided the part size, and not the caller */
function assertAccepted(
  partSize: number,
  isByMemory: boolean,
  { minPartSize, maxPartSize }: StoreLimits,
): void {
  if (partSize >= minPartSize && partSize <= maxPartSize) return
  const problem = isByMemory
    ? `must hold four of the smallest parts of this store, ${MIN_PIECES * minPartSize} bytes.`
    : `must be from ${minPartSize} to ${maxPartSize} bytes for this store, not ${partSize}.`
  throw optionError(RangeError, isByMemory ? 'memory' : 'partSize', 'an upload', problem)
}

/** Maximum number of bytes of parts that an upload holds. */
export function heldBytes({ partSize, concurrency }: UploadPlan): number {
  return (concurrency + PIECES_BETWEEN_STAGES + PARTS_RESERVED) * partSize
}

/** The archives, parts and requests of an upload: an archive of one part is one request, others are begun and completed. */
export function forecastUpload({ partSize, partsPerVolume }: UploadPlan, size: number): UploadForecast {
  const parts = Math.ceil(size / partSize)
  const volumes = Math.ceil(parts / partsPerVolume)
  const partsInLast = parts - (volumes - 1) * partsPerVolume
  const singleRequestVolumes = (partsInLast === 1 ? 1 : 0) + (partsPerVolume === 1 ? volumes - 1 : 0)
  return { volumes, parts, requests: parts + 2 * (volumes - singleRequestVolumes) }
}
