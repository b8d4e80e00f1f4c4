/**
 * What is used and cannot be seen on disk afterwards: archives that were deleted, and jobs that were started.
 *
 * Bytes and times are whole numbers of any size, so that no sum is rounded.
 */

import { ARCHIVE_OVERHEAD } from '../records/inventory-record.js'
import { DAY_MS } from '../service/durations.js'
/** Milliseconds an archive is paid for at the least (Amazon S3 Glacier FAQs: 90 days, prorated). */
const MIN_STORAGE_MS = 90 * DAY_MS

/** Retrieval jobs of a tier. */
export interface RetrievalUse {
  readonly jobs: number
  readonly bytes: bigint
}

/** An archive, as far as its storage is concerned. */
export interface StoredArchive {
  /** Bytes. */
  readonly size: number
  /** ISO 8601. */
  readonly creationDate: string
}

/** The meter of a local vault: it counts from when it was made. */
export class Meter {
  readonly #now: () => number
  /** Milliseconds: when it began to count. */
  readonly start: number
  readonly #retrievals = new Map<string, RetrievalUse>()
  #inventoryJobs = 0
  #capacityUnits = 0
  #deletedByteMs = 0n
  #earlyByteMs = 0n

  /** @param now - milliseconds */
  constructor(now: () => number) {
    this.#now = now
    this.start = now()
  }

  /** Milliseconds: the clock it counts by. */
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

  /** Bytes times milliseconds that deleted archives were stored, since the meter began to count. */
  get deletedByteMs(): bigint {
    return this.#deletedByteMs
  }

  /** Bytes times milliseconds that were left of 90 days when archives were deleted. */
  get earlyByteMs(): bigint {
    return this.#earlyByteMs
  }

  /** Archive retrieval jobs of a tier that were started, and the bytes they are of. */
  retrievalsOf(tier: string): RetrievalUse {
    return this.#retrievals.get(tier) ?? { jobs: 0, bytes: 0n }
  }

  /** Bytes times milliseconds that an archive which exists was stored, since the meter began to count. */
  byteMsOf({ size, creationDate }: StoredArchive): bigint {
    return byteMs(size, this.#now() - Math.max(Date.parse(creationDate), this.start))
  }

  /** An archive retrieval job was started. */
  retrieved(tier: string, sizeBytes: number): void {
    const { jobs, bytes } = this.retrievalsOf(tier)
    this.#retrievals.set(tier, { jobs: jobs + 1, bytes: bytes + BigInt(sizeBytes) })
  }

  /** An inventory retrieval job was started. */
  retrievedInventory(): void {
    this.#inventoryJobs++
  }

  /** A unit of capacity was bought. */
  boughtCapacity(): void {
    this.#capacityUnits++
  }

  /** An archive was deleted. */
  deleted(archive: StoredArchive): void {
    this.#deletedByteMs += this.byteMsOf(archive)
    const ageMs = this.#now() - Date.parse(archive.creationDate)
    this.#earlyByteMs += byteMs(archive.size, MIN_STORAGE_MS - Math.max(ageMs, 0))
  }
}

/** What an archive is paid for, over a time; nothing for a time that is over. */
function byteMs(size: number, ms: number): bigint {
  return BigInt(size + ARCHIVE_OVERHEAD) * BigInt(Math.floor(Math.max(ms, 0)))
}
