/**
 * The keys of a bucket, in the order of their bytes. The folder of a key never has another key, so that a key is read once; which
 * folders exist is read for each list, since other processes can use the same folder.
 */
import { mapConcurrently } from '../../service/concurrency-limit.js'
import { unlessDamaged } from '../../disk/damage.js'
import type { BucketContext } from './bucket-context.js'
import type { ObjectFiles } from './object-files.js'

/** Objects that are read at the same time. */
const READ_AT_ONCE = 8

/** The keys of all buckets. */
export class KeyIndex {
  readonly #context: BucketContext
  readonly #objects: ObjectFiles
  /** The keys by the names of their folders, of all buckets. */
  readonly #known = new Map<string, string>()

  /**
   * @param context - the dependencies of the stores
   * @param objects - the objects of the keys
   */
  constructor(context: BucketContext, objects: ObjectFiles) {
    this.#context = context
    this.#objects = objects
  }

  /** The keys of a bucket. Damaged objects are reported and left out. */
  async of(bucket: string): Promise<readonly string[]> {
    const names = await this.#objects.folderNames(bucket)
    const unknown = names.filter((name) => !this.#known.has(name))
    await mapConcurrently(unknown, READ_AT_ONCE, async (name) => {
      const read = this.#objects.inFolder(bucket, name)
      const object = await unlessDamaged(read, this.#context.onFailure)
      if (object) this.#known.set(name, object.record.key)
    })
    const keys = names.map((name) => this.#known.get(name)).filter((key) => key !== undefined)
    return keys
      .map((key) => Buffer.from(key))
      .sort((a, b) => Buffer.compare(a, b))
      .map(String)
  }
}
