/**
 * The multipart uploads of all buckets: `uploads/UPLOAD_ID/`, with `upload.json` and the part files. Parts can arrive in any
 * order and at the same time: the bytes of a part are received before the upload is locked, and a rename makes it a part.
 *
 * An upload ends by a rename of its folder, which makes it an object, or removes it. Only an upload that has not ended is
 * found.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { renameDurably } from '../../../fs/durable.js'
import { readRecord, unlessDamaged } from '../../disk/damage.js'
import { kindOf, namesIn, unlessMissing } from '../../disk/files.js'
import { isId } from '../../records/identifiers.js'
import { mapConcurrently } from '../../service/concurrency-limit.js'
import type { BucketMeter } from '../costs/bucket-meter.js'
import { multipartFormOf, type MultipartRecord } from '../records/multipart-record.js'
import { partFileName, partNumberOf, type NumberedPart, type PartRecord } from '../records/part-record.js'
import { noSuchBucket, noSuchUpload } from '../service/bucket-error.js'
import type { BucketContext } from './bucket-context.js'
import type { BucketFiles } from './bucket-files.js'
import { readPart } from './part-files.js'

/** Part files that are read at the same time for a list. */
const PARTS_READ_AT_ONCE = 8

/** The open uploads of all buckets. */
export class MultipartFiles {
  readonly #context: BucketContext
  readonly #buckets: BucketFiles
  readonly #meter: BucketMeter

  /**
   * @param context - the dependencies of the stores
   * @param buckets - the buckets of the uploads
   * @param meter - counts parts that are replaced or removed
   */
  constructor(context: BucketContext, buckets: BucketFiles, meter: BucketMeter) {
    this.#context = context
    this.#buckets = buckets
    this.#meter = meter
  }

  /** Runs an action while no other one changes an upload. */
  async withLock<T>(uploadId: string, action: () => Promise<T>): Promise<T> {
    return this.#context.locks.withLock(`bucket upload ${uploadId}`, action)
  }

  /**
   * Starts an upload.
   *
   * @throws {BucketError} 404 `NoSuchBucket`: the bucket was deleted meanwhile
   */
  async create(bucket: string, record: MultipartRecord): Promise<void> {
    const { disk } = this.#context
    const folder = this.#buckets.path(bucket, 'uploads')
    await this.#buckets.withLock(bucket, async () => {
      if ((await kindOf(folder)) !== 'folder') throw noSuchBucket(bucket)
      await disk.unfinished(async (temporary) => {
        await mkdir(temporary, { mode: 0o700 })
        await disk.writeJson(join(temporary, 'upload.json'), record)
        await renameDurably(temporary, join(folder, record.uploadId))
      })
    })
  }

  /** The folder of an upload, absolute. The ID must have the form of one. */
  folder(bucket: string, uploadId: string): string {
    return this.#buckets.path(bucket, 'uploads', uploadId)
  }

  /**
   * An open upload.
   *
   * @throws {BucketError} 404 `NoSuchUpload`: no open upload has this ID and key
   */
  async find(bucket: string, key: string, uploadId: string): Promise<MultipartRecord> {
    const found = await this.lookUp(bucket, uploadId)
    if (found?.key !== key) throw noSuchUpload(uploadId)
    return found
  }

  /** An open upload; `undefined` if no open upload has this ID. */
  async lookUp(bucket: string, uploadId: string): Promise<MultipartRecord | undefined> {
    if (!isId(uploadId)) return undefined
    const path = join(this.folder(bucket, uploadId), 'upload.json')
    return readRecord(path, multipartFormOf(uploadId), `The upload ${uploadId}`, 'upload.json')
  }

  /** The IDs of the open uploads of a bucket, sorted. */
  async ids(bucket: string): Promise<string[]> {
    return (await namesIn(this.#buckets.path(bucket, 'uploads'))).filter(isId)
  }

  /** All open uploads of a bucket, in no order. Damaged ones are reported and left out. */
  async list(bucket: string): Promise<MultipartRecord[]> {
    const names = await namesIn(this.#buckets.path(bucket, 'uploads'))
    const found = await mapConcurrently(names, PARTS_READ_AT_ONCE, (name) =>
      unlessDamaged(this.lookUp(bucket, name), this.#context.onFailure),
    )
    return found.filter((record) => record !== undefined)
  }

  /**
   * Receives a part.
   *
   * @param write - writes its file at a temporary path
   * @throws {BucketError} 404 `NoSuchUpload`: the upload ended meanwhile
   */
  async receive<T>(
    bucket: string,
    upload: MultipartRecord,
    number: number,
    write: (temporary: string) => Promise<T>,
  ): Promise<T> {
    const { key, uploadId } = upload
    return this.#context.disk.unfinished(async (temporary) => {
      const written = await write(temporary)
      await this.withLock(uploadId, async () => {
        await this.find(bucket, key, uploadId)
        const replaced = await this.parts(bucket, uploadId, [number])
        await renameDurably(temporary, join(this.folder(bucket, uploadId), partFileName(number)))
        this.ended(upload, replaced)
      })
      return written
    })
  }

  /** The numbers of the parts of an upload, in order. */
  async partNumbers(bucket: string, uploadId: string): Promise<number[]> {
    const names = await namesIn(this.folder(bucket, uploadId))
    return names.map(partNumberOf).filter((number) => number !== undefined)
  }

  /** Parts of an upload, in the given order. Parts that are missing or damaged are left out; damage is reported. */
  async parts(bucket: string, uploadId: string, numbers: readonly number[]): Promise<NumberedPart[]> {
    const read = async (number: number): Promise<NumberedPart | undefined> => {
      const path = join(this.folder(bucket, uploadId), partFileName(number))
      const part = await unlessMissing(readPart(path, `The upload ${uploadId}`), undefined)
      return part && { number, ...part }
    }
    const parts = await mapConcurrently(numbers, PARTS_READ_AT_ONCE, (number) =>
      unlessDamaged(read(number), this.#context.onFailure),
    )
    return parts.filter((part) => part !== undefined)
  }

  /** All parts of an upload, by number, as {@link MultipartFiles.parts} reads them. */
  async allParts(bucket: string, uploadId: string): Promise<NumberedPart[]> {
    return this.parts(bucket, uploadId, await this.partNumbers(bucket, uploadId))
  }

  /** Counts the storage of parts of an upload that was completed or removed, or of parts that were replaced. */
  ended({ settings }: MultipartRecord, parts: readonly PartRecord[]): void {
    const { storageClass } = settings
    for (const { size, lastModified } of parts) this.#meter.partEnded({ storageClass, size, lastModified })
  }

  /**
   * Aborts an upload and removes its parts.
   *
   * @throws {BucketError} 404 `NoSuchUpload`
   */
  async abort(bucket: string, key: string, uploadId: string): Promise<void> {
    await this.withLock(uploadId, async () => {
      const upload = await this.find(bucket, key, uploadId)
      const parts = await this.allParts(bucket, uploadId)
      await this.#context.disk.discard(this.folder(bucket, uploadId))
      this.ended(upload, parts)
    })
  }
}
