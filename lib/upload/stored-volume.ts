/** A volume that an earlier run has stored: the stream is read past it, and must still be what it was. */
import { ResumeMismatchError } from '../errors.js'
import type { StorePart } from '../store/store-part.js'
import type { Archive, RecordedArchive } from '../store/archive.js'
import type { HashScheme, PartHashes } from '../store/hash-scheme.js'
import type { UploadContext } from './upload-context.js'
import type { Volume } from './volume.js'

/** The part of an upload's context that a stored volume needs. */
interface StoredVolumeContext extends Pick<UploadContext, 'partMemory' | 'progress'> {
  readonly store: { readonly hashes: HashScheme }
}

/** A volume that an earlier run has stored. Its parts are compared with it and dropped. */
export class StoredVolume implements Volume {
  readonly isStored = true
  readonly uploadId = undefined
  readonly completionSent = false
  readonly #context: StoredVolumeContext
  readonly #archive: Archive
  readonly #hashes: PartHashes
  readonly #offset: number
  /** The sizes of the parts, which are verified all at once. */
  readonly #partSizes: number[] = []
  #size = 0

  /** @param offset - bytes of the stream before the volume */
  constructor(context: StoredVolumeContext, archive: Archive, offset: number) {
    this.#context = context
    this.#archive = archive
    this.#hashes = context.store.hashes.combine()
    this.#offset = offset
  }

  /** The number of parts added. */
  get parts(): number {
    return this.#hashes.count
  }

  /** Whether the next part belongs to another volume. */
  get isFull(): boolean {
    return this.parts === this.#archive.parts
  }

  /** Takes the next part. Its memory is released. */
  add(part: StorePart): Promise<void> {
    this.#hashes.push(part.hash)
    this.#size = part.end - this.#offset
    this.#partSizes.push(part.end - part.start)
    this.#context.partMemory.release(part.bytes)
    return Promise.resolve()
  }

  /**
   * Compares what was added with the archive, which the earlier run has recorded.
   *
   * @throws {ResumeMismatchError} `ERR_RESUME_MISMATCH`: the source differs from the archive
   */
  async complete(): Promise<RecordedArchive> {
    const { size, hash, archiveId } = this.#archive
    const isSame = this.#size === size && this.#hashes.digest() === hash
    if (!isSame) {
      const what = `they are stored as the archive ${archiveId}, and the source differs from it.`
      throw new ResumeMismatchError(this.#offset, this.#offset + size, what, { archiveId })
    }
    for (const partSize of this.#partSizes) this.#context.progress.partDone(partSize, true)
    return Promise.resolve({ archive: this.#archive, emit: () => undefined })
  }

  /** Has no requests. */
  settled(): Promise<void> {
    return Promise.resolve()
  }

  /** Has no upload. */
  forget(): void {
    // the archive is stored
  }
}
