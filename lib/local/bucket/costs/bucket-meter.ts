/**
 * Counts what a local bucket is charged for and leaves no trace on disk: requests, what was read and restored, and what was
 * stored and is gone. What is stored now is added from the disk when the costs are computed.
 */
import { freeDeletionTime } from '../../../costs/billing-rules.js'
import { chargedStorage } from '../../../costs/charged-storage.js'
import { CLASS_CHARGES } from '../../../costs/class-charges.js'
import { TIER_PRICES, type PricedTier } from '../../../costs/request-costs.js'
import type { BucketOperationName } from '../service/bucket-operations.js'
import { isArchiveClass, type StorageClass } from '../service/storage-classes.js'
import { REQUEST_CHARGES } from './request-charges.js'
import { Tally } from './tally.js'

/** The restored copy of an object. */
export interface StoredCopy {
  /** The time from which it can be read, in milliseconds. */
  readonly readyMs: number
  /** The time until which it can be read, in milliseconds. */
  readonly expiresMs: number
}

/** The use of storage by an object. */
export interface StoredUse {
  readonly storageClass: StorageClass
  /** Bytes. */
  readonly size: number
  /** ISO 8601: when it was stored or completed. */
  readonly storedAt: string
  /** The restored copy, also one that has expired; `undefined` if the object has no copy. */
  readonly copy: StoredCopy | undefined
}

/** The use of storage by a part of an upload that is not completed. */
export interface PartUse {
  /** The storage class of the upload. */
  readonly storageClass: StorageClass
  /** Bytes. */
  readonly size: number
  /** ISO 8601: when it was received. */
  readonly lastModified: string
}

/** The meter of a local bucket. It counts from its creation. */
export class BucketMeter {
  readonly #now: () => number
  /** The time of its creation, in milliseconds. */
  readonly start: number
  readonly #counted = new Tally()

  /** @param now - the bucket's clock, in milliseconds */
  constructor(now: () => number) {
    this.#now = now
    this.start = now()
  }

  /** The time of the bucket's clock, in milliseconds. */
  get now(): number {
    return this.#now()
  }

  /** A copy of what was counted, to which what is stored now can be added. */
  counted(): Tally {
    return this.#counted.copy()
  }

  /**
   * Counts a request that was carried out.
   *
   * @param storageClass - that of the object or the upload; STANDARD for other requests
   * @param bytesRead - the length of the content in the response
   */
  requested(operation: BucketOperationName, storageClass: StorageClass, bytesRead: number): void {
    const id = REQUEST_CHARGES[operation]
    if (id) this.#counted.add(storageClass, id, 1n)
    // The bytes of a restored copy were paid for by the restore.
    if (!isArchiveClass(storageClass)) this.#counted.add(storageClass, 'retrieval', BigInt(bytesRead))
  }

  /**
   * Counts a restore request. A request for a copy that exists sets when it expires, and is charged for without its bytes
   * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html).
   *
   * @param bytes - those that it restores
   */
  restored(storageClass: StorageClass, tier: PricedTier, bytes: number): void {
    const ids = TIER_PRICES[tier]
    this.#counted.add(storageClass, ids.bytes, BigInt(bytes))
    this.#counted.add(storageClass, ids.jobs, 1n)
  }

  /** Counts an object that was deleted or replaced: its storage until now, and that for the rest of the days that are charged. */
  ended(object: StoredUse): void {
    const { storageClass, size, storedAt } = object
    this.addStored(this.#counted, object)
    const charges = CLASS_CHARGES[storageClass]
    const freeMs = freeDeletionTime(Math.min(Date.parse(storedAt), this.now), charges.minDays)
    const { own, standard } = chargedStorage(size, freeMs - this.now, charges)
    this.#counted.add(storageClass, 'earlyDeletion', own)
    this.#counted.add(storageClass, 'metadataEarlyDeletion', standard)
  }

  /** Counts the restored copy of an object that another one replaces, or for which another time is set. */
  copyEnded(object: StoredUse): void {
    this.#addCopy(this.#counted, object)
  }

  /** Counts a part that was replaced, or whose upload was completed or aborted. No days are charged for it at least. */
  partEnded(part: PartUse): void {
    this.addPart(this.#counted, part)
  }

  /** Adds the storage of an object, and of its restored copy, since the meter was created. */
  addStored(tally: Tally, object: StoredUse): void {
    const { storageClass, size, storedAt } = object
    const { own, standard } = chargedStorage(size, this.#msSince(storedAt), CLASS_CHARGES[storageClass])
    tally.add(storageClass, 'storage', own)
    tally.add(storageClass, 'metadataStorage', standard)
    this.#addCopy(tally, object)
  }

  /** Adds the storage of a part of an upload since the meter was created. */
  addPart(tally: Tally, { storageClass, size, lastModified }: PartUse): void {
    tally.add(storageClass, 'unfinishedUploads', byteMs(size, this.#msSince(lastModified)))
  }

  #addCopy(tally: Tally, { storageClass, size, copy }: StoredUse): void {
    if (!copy) return
    const ms = Math.min(copy.expiresMs, this.now) - Math.max(copy.readyMs, this.start)
    tally.add(storageClass, 'restoredCopies', byteMs(size, ms))
  }

  #msSince(time: string): number {
    return this.now - Math.max(Date.parse(time), this.start)
  }
}

/** Bytes for a time in milliseconds, without anything that is added to them; 0 for a negative time. */
function byteMs(size: number, ms: number): bigint {
  return chargedStorage(size, ms, CLASS_CHARGES.STANDARD).own
}
