/**
 * The restored copies of archived objects. A copy can be read from the end of its delay until it expires: some days later, at
 * the next midnight in UTC (https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html).
 */
import { join } from 'node:path'
import { readRecord } from '../../disk/damage.js'
import { DAY_MS } from '../../service/durations.js'
import { isRestoreRecord, type RestoreRecord } from '../records/object-record.js'
import type { BucketContext } from './bucket-context.js'
import type { StoredObject } from './object-files.js'

/** The state of the copy: none, being made, or readable until a time in milliseconds. */
export type RestoreState =
  | { readonly state: 'none' }
  | { readonly state: 'ongoing' }
  | { readonly state: 'restored'; readonly expiresMs: number }

/** The restored copies of all objects. */
export class Restores {
  readonly #context: BucketContext
  /** Copies that were requested before this time, in milliseconds, are ready: a control ended their delay. */
  #endedBefore = -Infinity

  /** @param context - the dependencies of the stores */
  constructor(context: BucketContext) {
    this.#context = context
  }

  /** The state of the copy of an object. */
  async stateOf({ record, folder }: StoredObject): Promise<RestoreState> {
    const path = join(folder, 'restore.json')
    const found = await readRecord(path, isRestoreRecord, `The object ${record.key}`, 'restore.json')
    const now = this.#context.now()
    if (!found || Date.parse(found.expiresAt) <= now) return { state: 'none' }
    const isEnded = Date.parse(found.requestedAt) <= this.#endedBefore
    if (Date.parse(found.readyAt) > now && !isEnded) return { state: 'ongoing' }
    return { state: 'restored', expiresMs: Date.parse(found.expiresAt) }
  }

  /**
   * Starts to make a copy, or sets when it expires. The caller holds the lock of the bucket.
   *
   * @param days - the number of days for which it can be read
   * @param delayMs - milliseconds until it can be read; 0 for one that can be read already
   */
  async request({ folder }: StoredObject, days: number, delayMs: number): Promise<void> {
    const now = this.#context.now()
    const ready = now + delayMs
    const expires = Math.ceil((ready + days * DAY_MS) / DAY_MS) * DAY_MS
    const record: RestoreRecord = {
      requestedAt: new Date(now).toISOString(),
      readyAt: new Date(ready).toISOString(),
      expiresAt: new Date(expires).toISOString(),
    }
    await this.#context.disk.writeJson(join(folder, 'restore.json'), record)
  }

  /** Makes all copies readable that are being made, in this process. */
  completeAll(): void {
    this.#endedBefore = this.#context.now()
  }
}
