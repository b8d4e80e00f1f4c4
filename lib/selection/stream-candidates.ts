/** The unfinished streams in the catalog that a `put` may resume. */
import { unfinishedUploadsIn, type UnfinishedUpload } from '../catalog/unfinished-uploads.js'
import { mayBeInSameVault } from '../catalog/vault-address.js'
import type { FileSystem } from '../runtime/file-system.js'
import { isOfIdentity, keyOf } from './earlier-run.js'
import type { StreamIdentity } from './stream-owner.js'

/** The candidates of one selection. The catalog is read at each call: other processes write to it. */
export class StreamCandidates {
  readonly #catalogFile: string
  readonly #identity: StreamIdentity
  readonly #files: FileSystem
  /** The keys of candidates that are not the stream. */
  readonly #skipped = new Set<string>()

  /** @param files - the disk on which the catalog lies */
  constructor(catalogFile: string, identity: StreamIdentity, files: FileSystem) {
    this.#catalogFile = catalogFile
    this.#identity = identity
    this.#files = files
  }

  /** The candidates for `--resume`, the newest first, without those that were superseded or skipped. */
  async list(): Promise<UnfinishedUpload[]> {
    return (await this.#unfinished())
      .filter((stream) => isOfIdentity(stream, this.#identity))
      .filter((stream) => !stream.isSuperseded && !this.#skipped.has(keyOf(stream)))
      .reverse()
  }

  /** The candidate as the catalog has it now; `undefined` if it is finished or was skipped. */
  async find(candidate: UnfinishedUpload): Promise<UnfinishedUpload | undefined> {
    return (await this.list()).find((stream) => keyOf(stream) === keyOf(candidate))
  }

  /** The unfinished stream of an upload, or of the set that the upload became a volume of: it has the same lock. */
  async ofUpload(uploadId: string): Promise<UnfinishedUpload | undefined> {
    const unfinished = await this.#unfinished()
    const hasVolume = (stream: UnfinishedUpload): boolean =>
      mayBeInSameVault(stream, this.#identity) &&
      stream.earlierVolumes.some((volume) => volume.uploadId === uploadId)
    return unfinished.find((stream) => stream.uploadId === uploadId) ?? unfinished.find(hasVolume)
  }

  /** Leaves a candidate out of later lists. */
  skip(candidate: UnfinishedUpload): void {
    this.#skipped.add(keyOf(candidate))
  }

  #unfinished(): Promise<UnfinishedUpload[]> {
    return unfinishedUploadsIn(this.#catalogFile, this.#files)
  }
}
