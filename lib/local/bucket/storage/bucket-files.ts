/**
 * The buckets on disk: `buckets/HASH/`, with `bucket.json` and the folders `objects` and `uploads`. The folder appears with all
 * of them at once, and disappears at once.
 *
 * Objects are stored and deleted under the lock of their bucket, so that no bucket is deleted with an object in it.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, renameDurably } from '../../../fs/durable.js'
import { DamageError, readRecord, unlessDamaged } from '../../disk/damage.js'
import { kindOf, namesIn } from '../../disk/files.js'
import { isBucketRecord, type BucketRecord } from '../records/bucket-record.js'
import { BucketError, noSuchBucket } from '../service/bucket-error.js'
import { folderNameOf, type BucketContext } from './bucket-context.js'

/** The buckets of all accounts: names are unique. */
export class BucketFiles {
  readonly #context: BucketContext

  /** @param context - the dependencies of the stores */
  constructor(context: BucketContext) {
    this.#context = context
  }

  /** A path in the folder of a bucket. The names must have been checked. */
  path(bucket: string, ...names: readonly string[]): string {
    return this.#context.disk.path('buckets', folderNameOf(bucket), ...names)
  }

  /** Runs an action while no other one changes what is in a bucket. */
  async withLock<T>(bucket: string, action: () => Promise<T>): Promise<T> {
    return this.#context.locks.withLock(`bucket ${bucket}`, action)
  }

  /**
   * Creates a bucket.
   *
   * @returns the bucket of this name that exists already; `undefined` if it was created
   */
  async create(record: BucketRecord): Promise<BucketRecord | undefined> {
    const { disk } = this.#context
    return this.withLock(record.name, async () => {
      const found = await this.#read(record.name)
      if (found) return found
      await makeFolder(disk.path('buckets'))
      await disk.unfinished(async (temporary) => {
        await mkdir(temporary, { mode: 0o700 })
        for (const name of ['objects', 'uploads']) await makeFolder(join(temporary, name))
        await disk.writeJson(join(temporary, 'bucket.json'), record)
        await renameDurably(temporary, this.path(record.name))
      })
      return undefined
    })
  }

  /**
   * A bucket.
   *
   * @throws {BucketError} 404 `NoSuchBucket`; 507: its record is damaged
   */
  async find(bucket: string): Promise<BucketRecord> {
    const found = await this.#read(bucket)
    if (!found) throw noSuchBucket(bucket)
    return found
  }

  /** The buckets of an account, sorted by name. Damaged ones are reported and left out. */
  async list(accountId: string): Promise<BucketRecord[]> {
    const { disk, onFailure } = this.#context
    const found: BucketRecord[] = []
    for (const name of await namesIn(disk.path('buckets'))) {
      const read = readBucket(disk.path('buckets', name), 'A bucket')
      const record = await unlessDamaged(read, onFailure)
      if (record?.accountId === accountId) found.push(record)
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /**
   * Deletes a bucket, with its unfinished uploads.
   *
   * @throws {BucketError} 404 `NoSuchBucket`; 409 `BucketNotEmpty`
   */
  async delete(bucket: string): Promise<void> {
    await this.withLock(bucket, async () => {
      await this.find(bucket)
      for (const name of await namesIn(this.path(bucket, 'objects'))) {
        if ((await namesIn(this.path(bucket, 'objects', name))).length === 0) continue // a store that was interrupted
        throw new BucketError(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty', {
          fields: { BucketName: bucket },
        })
      }
      await this.#context.disk.discard(this.path(bucket))
    })
  }

  async #read(bucket: string): Promise<BucketRecord | undefined> {
    const what = `The bucket ${bucket}`
    const record = await readBucket(this.path(bucket), what)
    if (record !== undefined || (await kindOf(this.path(bucket))) === 'missing') return record
    throw new DamageError(what, 'its bucket.json is missing')
  }
}

function readBucket(folder: string, what: string): Promise<BucketRecord | undefined> {
  return readRecord(join(folder, 'bucket.json'), isBucketRecord, what, 'bucket.json')
}
