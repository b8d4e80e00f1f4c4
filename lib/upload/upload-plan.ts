/**
 * Before a byte is read: how large the parts are, how much memory they may take, how many are sent at once, how much
 * an archive holds.
 */
import { BOOLEAN, isNumber } from '../options/rules.js'
import { rule, type RulesOf } from '../options/check-options.js'
import { MAX_PARTS } from '../glacier/limits.js'
import { MEMORY, PIECES_BETWEEN_STAGES, planMemory, type MemoryOptions } from '../transfer/memory-plan.js'
import { DEFAULT_PART_SIZE, EXPECTED_SIZE, PART_SIZE, partSizeFor } from '../glacier/part-size.js'
import { RATE } from '../transfer/rate-limit.js'

/**
 * Bytes an archive has at the most where nothing is said: 5 TB, what AWS's own migration tool takes
 * (docs/glacier-protocol.md#names-in-descriptions).
 */
export const DEFAULT_MAX_ARCHIVE_SIZE = 5e12

/**
 * Seconds a part should take at the most: the service times out slow ones, and signatures last 5 minutes
 * (docs/glacier-protocol.md#signatures).
 */
const LONGEST_PART = 60

/** The part that keeps the upload alive while its source is silent. */
const PARTS_RESERVED = 1

/** What may be said of an upload's size and means. */
export interface UploadPlanOptions extends MemoryOptions {
  /**
   * Bytes in each part: 1 MiB × 2ⁿ, 1 MiB to 4 GiB. Default: what `expectedSize` needs, else 16 MiB; a quarter of the
   * memory where that is less.
   */
  readonly partSize?: number | undefined
  /** Bytes the source has or is thought to have; chooses the part size. Default: unknown. */
  readonly expectedSize?: number | undefined
  /** Bytes an archive has at the most, rounded down to whole parts; default 5 TB. A longer stream takes several. */
  readonly maxArchiveSize?: number | undefined
  /** Bytes a second sent at the most; default as fast as it goes. */
  readonly limitRate?: number | undefined
  /** Whether a stream may take several archives, where one is full; default true. False makes that an error. */
  readonly volumes?: boolean | undefined
}

/** The rules of {@link UploadPlanOptions}. */
export const UPLOAD_PLAN: RulesOf<UploadPlanOptions> = {
  ...MEMORY,
  partSize: PART_SIZE,
  expectedSize: EXPECTED_SIZE,
  maxArchiveSize: rule('a number of bytes above 0', isNumber, (value) => value > 0),
  limitRate: RATE,
  volumes: BOOLEAN,
}

/** How an upload is made. */
export interface UploadPlan {
  /** Bytes in each part. */
  readonly partSize: number
  /** Bytes of parts held at the most. */
  readonly memory: number
  /** Parts sent at once at the most. */
  readonly concurrency: number
  /** Parts an archive has at the most. */
  readonly partsPerVolume: number
  /** Whether the stream may go on in another archive. */
  readonly volumes: boolean
}

/** What an upload of a known size will take. */
export interface UploadForecast {
  readonly volumes: number
  readonly parts: number
  /** Requests, where none has to be repeated. */
  readonly requests: number
}

/**
 * Decides part size, memory, concurrency and volumes. Each option has been checked by itself.
 *
 * @throws {RangeError} values the service or the budget cannot meet; the message says which would do
 */
export function planUpload(options: UploadPlanOptions): UploadPlan {
  const { expectedSize, maxArchiveSize = DEFAULT_MAX_ARCHIVE_SIZE, volumes = true } = options
  const { limitRate = Infinity } = options
  const ofVolume =
    expectedSize !== undefined && volumes ? Math.min(expectedSize, maxArchiveSize) : expectedSize
  const wanted = ofVolume === undefined ? DEFAULT_PART_SIZE : partSizeFor(ofVolume)
  const {
    pieceSize: partSize,
    memory,
    concurrency: most,
  } = planMemory(options.partSize, wanted, options, PARTS_RESERVED)
  // Of a limited rate few requests at once get enough each; many would all be slow.
  const concurrency = Math.max(1, Math.min(most, Math.floor((limitRate * LONGEST_PART) / partSize)))
  const partsPerVolume = Math.min(MAX_PARTS, Math.floor(maxArchiveSize / partSize))
  if (partsPerVolume === 0) {
    throw new RangeError(
      `An archive of at most ${maxArchiveSize} bytes does not hold one part of ${partSize}.`,
    )
  }
  if (!volumes && expectedSize !== undefined && expectedSize > partSize * partsPerVolume) {
    throw new RangeError(
      `${expectedSize} bytes do not fit ${partsPerVolume} parts of ${partSize} bytes, and no second volume is ` +
        `allowed: parts of ${wanted} bytes would do where four fit the memory, or volumes.`,
    )
  }
  return { partSize, memory, concurrency, partsPerVolume, volumes }
}

/** Bytes of parts held at most while an upload is made. */
export function heldBytes({ partSize, concurrency }: UploadPlan): number {
  return (concurrency + PIECES_BETWEEN_STAGES + PARTS_RESERVED) * partSize
}

/** What an upload of so many bytes takes: an archive of one part is one request, others are begun and completed. */
export function forecastUpload({ partSize, partsPerVolume }: UploadPlan, size: number): UploadForecast {
  const parts = Math.ceil(size / partSize)
  const volumes = Math.ceil(parts / partsPerVolume)
  const inLast = parts - (volumes - 1) * partsPerVolume
  const wholes = (inLast === 1 ? 1 : 0) + (partsPerVolume === 1 ? volumes - 1 : 0)
  return { volumes, parts, requests: parts + 2 * (volumes - wholes) }
}
