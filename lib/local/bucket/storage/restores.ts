/**
 * The restored copies of archived objects. A copy can be read from the end of its delay until it expires: some days later, at
 * the next midnight in UTC (https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html).
 */
import { join } from 'node:path'
import { readRecord, unlessDamaged } from '../../disk/damage.js'
import { DAY_MS } from '../../service/durations.js'
import type { BucketMeter, StoredCopy, StoredUse } from '../costs/bucket-meter.js'
import { isRestoreRecord, type RestoreRecord } from '../records/object-record.js'
import { isArchiveClass } from '../service/storage-classes.js'
import type { BucketContext } from './bucket-context.js'
import type { StoredObject } from './stored-object.js'

/** The state of the copy: none, being made, or readable until a time in milliseconds. */
export type RestoreState =
  | { readonly state: 'none' }
  | { readonly state: 'ongoing' }
  | { readonly state: 'restored'; readonly expiresMs: number }

/** The restored copies of all objects. */
export class Restores {
  readonly #context: BucketContext
  readonly #meter: BucketMeter
  /** The times, in milliseconds and in order, at which a control made the copies readable that had been requested. */
  readonly #completedAt: number[] = []

  /**
   * @param context - the dependencies of the stores
   * @param meter - counts copies that are replaced
   */
  constructor(context: BucketContext, meter: BucketMeter) {
    this.#context = context
    this.#meter = meter
  }

  /** The state of the copy of an object. */
  async stateOf(object: StoredObject): Promise<RestoreState> {
    const copy = await this.#copyOf(object)
    const now = this.#context.now()
    if (!copy || copy.expiresMs <= now) return { state: 'none' }
    return copy.readyMs > now ? { state: 'ongoing' } : { state: 'restored', expiresMs: copy.expiresMs }
  }

  /** The use of storage by an object and its copy. A copy whose record is damaged is reported and left out. */
  async useOf(object: StoredObject): Promise<StoredUse> {
    const { size, storedAt, settings } = object.record
    const { storageClass } = settings
    const copy = isArchiveClass(storageClass)
      ? await unlessDamaged(this.#copyOf(object), this.#context.onFailure)
      : undefined
    return { storageClass, size, storedAt, copy }
  }

  /**
   * Starts to make a copy, or sets when it expires. The caller holds the lock of the bucket.
   *
   * @param days - the number of days for which it can be read
   * @param delayMs - milliseconds until it can be read; 0 for one that can be read already
   */
  async request(object: StoredObject, days: number, delayMs: number): Promise<void> {
    const before = await this.useOf(object)
    const now = this.#context.now()
    const ready = now + delayMs
    const expires = Math.ceil((ready + days * DAY_MS) / DAY_MS) * DAY_MS
    const record: RestoreRecord = {
      requestedAt: new Date(now).toISOString(),
      readyAt: new Date(ready).toISOString(),
      expiresAt: new Date(expires).toISOString(),
    }
    await this.#context.disk.writeJson(join(object.folder, 'restore.json'), record)
    this.#meter.copyEnded(before)
  }

  /** Makes all copies readable that are being made, in this process. */
  completeAll(): void {
    this.#completedAt.push(this.#context.now())
  }

  /** The copy of an object, also one that has expired; `undefined` if none was requested. */
  async #copyOf({ record, folder }: StoredObject): Promise<StoredCopy | undefined> {
    const path = join(folder, 'restore.json')
    const found = await readRecord(path, isRestoreRecord, `The object ${record.key}`, 'restore.json')
    if (!found) return undefined
    const [requestedMs, readyMs] = [Date.parse(found.requestedAt), Date.parse(found.readyAt)]
    const completedMs = this.#completedAt.find((time) => time >= requestedMs) ?? Infinity
    return { readyMs: Math.min(readyMs, completedMs), expiresMs: Date.parse(found.expiresAt) }
  }
}
