/** A volume that is there already, on the way of a stream that is piped in again. */
import { ResumeMismatchError } from '../errors.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import { NodeStack } from '../tree-hash/tree-hash.js'
import type { Archive } from '../store/archive.js'

/** A volume that an earlier run has stored: the stream is read past it, and must still be what it was. */
export class StoredVolume {
  readonly #archive: Archive
  readonly #nodes = new NodeStack()
  readonly #offset: number
  #size = 0

  constructor(archive: Archive, offset: number) {
    this.#archive = archive
    this.#offset = offset
  }

  /** Parts taken. */
  get parts(): number {
    return this.#nodes.count
  }

  /** Whether the next part is of another volume. */
  get isFull(): boolean {
    return this.parts === this.#archive.parts
  }

  add(part: HashedPart): void {
    this.#nodes.push(Buffer.from(part.treeHash, 'hex'))
    this.#size = part.end - this.#offset
  }

  /**
   * The archive, which an earlier run has recorded.
   *
   * @throws {ResumeMismatchError} `ERR_RESUME_MISMATCH`: what came is not what it holds
   */
  complete(): Archive {
    const { size, treeHash, archiveId } = this.#archive
    const isSame = this.#size === size && this.#nodes.root().toString('hex') === treeHash
    if (isSame) return this.#archive
    const what = `they are stored as the archive ${archiveId}, and the source differs from it.`
    throw new ResumeMismatchError(this.#offset, this.#offset + size, what, { archiveId })
  }
}
