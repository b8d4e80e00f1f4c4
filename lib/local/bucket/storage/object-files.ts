/**
 * The objects of all buckets: `objects/HASH/NUMBER-ID/`, with `object.json` and the part files; the folder of a multipart object
 * is that of its upload, renamed: parts are never copied.
 *
 * - An object replaces the one before by a single rename, since its number is higher. A crash before the rename changes
 *   nothing, and one after it only leaves the replaced object, which the next change removes.
 * - Reads take no lock. A read that loses its object to a change looks for it once more.
 */
import { join } from 'node:path'
import { makeFolder, renameDurably } from '../../../fs/durable.js'
import type { ByteRange } from '../../../byte-range.js'
import { damageOf, DamageError, readRecord, unlessDamaged } from '../../disk/damage.js'
import { kindOf, namesIn, unlessMissing } from '../../disk/files.js'
import type { BucketMeter, StoredUse } from '../costs/bucket-meter.js'
import { isObjectRecord, type ObjectRecord } from '../records/object-record.js'
import { isPartList, partFileName, type NumberedPart } from '../records/part-record.js'
import { noSuchBucket, noSuchKey } from '../service/bucket-error.js'
import { folderNameOf, type BucketContext } from './bucket-context.js'
import type { BucketFiles } from './bucket-files.js'
import { readPartBytes } from './part-files.js'
import type { Restores } from './restores.js'
import type { StoredObject } from './stored-object.js'

/** Attempts to read an object that others replace at the same time. */
const MAX_READS = 10

/** The objects of all buckets. */
export class ObjectFiles {
  readonly #context: BucketContext
  readonly #buckets: BucketFiles
  readonly #restores: Restores
  readonly #meter: BucketMeter

  /**
   * @param context - the dependencies of the stores
   * @param buckets - the buckets of the objects
   * @param restores - the restored copies of the objects
   * @param meter - counts objects that are deleted or replaced
   */
  constructor(context: BucketContext, buckets: BucketFiles, restores: Restores, meter: BucketMeter) {
    this.#context = context
    this.#buckets = buckets
    this.#restores = restores
    this.#meter = meter
  }

  /**
   * An object.
   *
   * @throws {BucketError} 404 `NoSuchKey`; 507: it is damaged
   */
  async find(bucket: string, key: string): Promise<StoredObject> {
    const found = await this.lookUp(bucket, key)
    if (!found) throw noSuchKey(key)
    return found
  }

  /** An object; `undefined` if it does not exist. */
  async lookUp(bucket: string, key: string): Promise<StoredObject | undefined> {
    return this.#inFolder(bucket, folderNameOf(key), `The object ${key} in the bucket ${bucket}`)
  }

  /** The objects of a bucket, as the names of their folders. */
  async folderNames(bucket: string): Promise<string[]> {
    return namesIn(this.#buckets.path(bucket, 'objects'))
  }

  /** The object in a folder of {@link ObjectFiles.folderNames}; `undefined` if it was deleted. */
  async inFolder(bucket: string, name: string): Promise<StoredObject | undefined> {
    return this.#inFolder(bucket, name, `An object in the bucket ${bucket}`)
  }

  /**
   * Makes a folder with `object.json` and part files an object, in place of the one with its key. The caller holds the lock of
   * the bucket.
   *
   * @throws {BucketError} 404 `NoSuchBucket`: the bucket was deleted meanwhile
   */
  async publish(bucket: string, { key, id }: ObjectRecord, from: string): Promise<StoredObject['folder']> {
    const objects = this.#buckets.path(bucket, 'objects')
    if ((await kindOf(objects)) !== 'folder') throw noSuchBucket(bucket)
    const parent = join(objects, folderNameOf(key))
    await makeFolder(parent)
    const before = await objectFolders(parent)
    const replaced = before.length > 0 ? await this.#useOf(bucket, key) : undefined
    const number = Number.parseInt(before.at(-1) ?? '0', 10) + 1
    const folder = join(parent, `${String(number).padStart(12, '0')}-${id}`)
    await renameDurably(from, folder)
    if (replaced) this.#meter.ended(replaced)
    for (const name of before) await this.#context.disk.discard(join(parent, name))
    return folder
  }

  /** Deletes an object, if it exists. The caller holds the lock of the bucket. */
  async remove(bucket: string, key: string): Promise<void> {
    const removed = await this.#useOf(bucket, key)
    await this.#context.disk.discard(this.#buckets.path(bucket, 'objects', folderNameOf(key)))
    if (removed) this.#meter.ended(removed)
  }

  /** The use of storage by an object. How long a damaged one was stored is not known: it is reported and left out. */
  async #useOf(bucket: string, key: string): Promise<StoredUse | undefined> {
    const object = await unlessDamaged(this.lookUp(bucket, key), this.#context.onFailure)
    return object && this.#restores.useOf(object)
  }

  /**
   * The parts of an object. One that a single request stored has one part, without a checksum of its own.
   *
   * @throws {DamageError} 507: the list of its parts is damaged
   */
  async partsOf({ record, folder }: StoredObject): Promise<readonly NumberedPart[]> {
    const { size, etag, lastModified, partCount, key } = record
    if (partCount === null) return [{ number: 1, size, md5: etag, checksum: null, lastModified }]
    const what = `The object ${key}`
    const list = await readRecord(join(folder, 'parts.json'), isPartList, what, 'parts.json')
    if (list?.parts.length !== partCount)
      throw new DamageError(what, 'its parts.json does not have all parts')
    return list.parts
  }

  /**
   * The bytes of a range of an object, as they are consumed.
   *
   * @param parts - those of the object
   * @throws {DamageError} 507: the file of a part cannot be read
   */
  async *bytes(
    { record, folder }: StoredObject,
    parts: readonly NumberedPart[],
    { start, end }: ByteRange,
  ): AsyncGenerator<Buffer, void, undefined> {
    let offset = 0
    for (const { number, size } of parts) {
      const range = { start: Math.max(0, start - offset), end: Math.min(size, end - offset) }
      offset += size
      if (range.start >= range.end) continue
      const path = join(folder, partFileName(number))
      try {
        yield* readPartBytes(path, range)
      } catch (error) {
        throw damageOf(error, `The object ${record.key}`, `its part ${number}`, path)
      }
    }
  }

  async #inFolder(bucket: string, name: string, what: string): Promise<StoredObject | undefined> {
    const parent = this.#buckets.path(bucket, 'objects', name)
    for (let reads = 0; reads < MAX_READS; reads++) {
      const current = (await objectFolders(parent)).at(-1)
      if (current === undefined) return undefined
      const folder = join(parent, current)
      const read = readRecord(join(folder, 'object.json'), isObjectRecord, what, 'object.json')
      const record = await unlessMissing(read, undefined)
      if (record) return { record, folder }
    }
    throw new DamageError(what, 'its object.json is missing')
  }
}

/** The names of the folders of objects, in the order of their numbers. Anything else was not made by a local bucket. */
async function objectFolders(parent: string): Promise<string[]> {
  return (await namesIn(parent)).filter((name) => /^\d{12}-[\w-]{92}$/.test(name))
}
