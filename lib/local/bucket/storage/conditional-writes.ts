/**
 * Writes with a condition that are under way in this process. Amazon S3 refuses one of two conditional writes of a key at the
 * same time with 409, before it knows which one comes first.
 */
import { conditionalConflict } from '../service/bucket-error.js'

/** The conditional writes that are under way. */
export class ConditionalWrites {
  readonly #keys = new Set<string>()

  /**
   * Carries out a conditional write.
   *
   * @throws {BucketError} 409 `ConditionalRequestConflict`: another one of the same key is under way
   */
  async run<T>(bucket: string, key: string, write: () => Promise<T>): Promise<T> {
    const name = `${bucket}/${key}` // a bucket's name has no slash
    if (this.#keys.has(name)) throw conditionalConflict(key)
    this.#keys.add(name)
    try {
      return await write()
    } finally {
      this.#keys.delete(name)
    }
  }
}
