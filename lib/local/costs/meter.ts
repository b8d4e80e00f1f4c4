/**
 * Counts what is charged for and leaves no trace on disk: deleted archives, and started jobs.
 *
 * Bytes and times are bigints, so that no sum is rounded.
 */

import { ARCHIVE_OVERHEAD_BYTES, MIN_CHARGED_DAYS } from '../../costs/billing-rules.js'
import { DAY_MS } from '../service/durations.js'
/** The minimum time that an archive is charged for (Amazon S3 Glacier FAQs: 90 days, prorated). */
const MIN_STORAGE_MS = MIN_CHARGED_DAYS * DAY_MS

/** Retrieval jobs of a tier. */
export interface RetrievalUse {
  readonly jobs: number
  readonly bytes: bigint
}

/** The size and age of a stored archive. */
export interface StoredArchive {
  /** Bytes. */
  readonly size: number
  /** ISO 8601. */
  readonly creationDate: string
}

/** The meter of a local vault. It counts from its creation. */
export class Meter {
  readonly #now: () => number
  /** The time of its creation, in milliseconds. */
  readonly start: number
  readonly #retrievals = new Map<string, RetrievalUse>()
  #inventoryJobs = 0
  #capacityUnits = 0
  #deletedByteMs = 0n
  #earlyByteMs = 0n

  /** @param now - the vault's clock, in milliseconds */
  constructor(now: () => number) {
    this.#now = now
    this.start = now()
  }

  /** The time of the vault's clock, in milliseconds. */
  get now(): number {
    return this.#now()
  }

  /** Inventory retrieval jobs that were started. */
  get inventoryJobs(): number {
    return this.#inventoryJobs
  }

  /** Units of capacity that were bought. */
  get capacityUnits(): number {
    return this.#capacityUnits
  }

  /** The storage of deleted archives since the meter was created, in bytes times milliseconds. */
  get deletedByteMs(): bigint {
    return this.#deletedByteMs
  }

  /** The storage of deleted archives for the rest of their 90 days, in bytes times milliseconds. */
  get earlyByteMs(): bigint {
    return this.#earlyByteMs
  }

  /** The archive retrieval jobs of a tier that were started, and their bytes. */
  retrievalsOf(tier: string): RetrievalUse {
    return this.#retrievals.get(tier) ?? { jobs: 0, bytes: 0n }
  }

  /** The storage of a current archive since the meter was created, in bytes times milliseconds. */
  byteMsOf({ size, creationDate }: StoredArchive): bigint {
    return byteMs(size, this.#now() - Math.max(Date.parse(creationDate), this.start))
  }

  /** Counts an archive retrieval job that was started. */
  retrieved(tier: string, sizeBytes: number): void {
    const { jobs, bytes } = this.retrievalsOf(tier)
    this.#retrievals.set(tier, { jobs: jobs + 1, bytes: bytes + BigInt(sizeBytes) })
  }

  /** Counts an inventory retrieval job that was started. */
  retrievedInventory(): void {
    this.#inventoryJobs++
  }

  /** Counts a unit of capacity that was bought. */
  boughtCapacity(): void {
    this.#capacityUnits++
  }

  /** Counts an archive that was deleted. */
  deleted(archive: StoredArchive): void {
    this.#deletedByteMs += this.byteMsOf(archive)
    const ageMs = this.#now() - Date.parse(archive.creationDate)
    this.#earlyByteMs += byteMs(archive.size, MIN_STORAGE_MS - Math.max(ageMs, 0))
  }
}

/** The storage of an archive for a time, in bytes times milliseconds; 0 for a negative time. */
function byteMs(size: number, ms: number): bigint {
  return BigInt(size + ARCHIVE_OVERHEAD_BYTES) * BigInt(Math.floor(Math.max(ms, 0)))
}
