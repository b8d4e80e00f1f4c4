/**
 * The volumes of a stream, one after the other: those an earlier run has stored, the one it had begun, new ones.
 *
 * - Parts are checked against the part size as they come, since a wrong boundary shows at the service only when the
 *   upload is completed, perhaps a day later.
 * - A full archive is completed, and the stream continues in a next one: one at a time, since the next one's
 *   description has the first one's archive ID.
 * - A volume whose upload has expired is uploaded again from its beginning; the volumes before it are kept.
 */
import {
  EmptyArchiveError,
  type ListenerError,
  PartBoundaryError,
  ResumeMismatchError,
  TooManyPartsError,
  UploadGoneError,
} from '../errors.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import { laterDescription } from '../glacier/volume-description.js'
import type { Archive } from '../store/archive.js'
import { endsEarly, listUploaded, type ResumedUpload } from './uploaded-parts.js'
import { StoredVolume } from './stored-volume.js'
import type { Transfer } from './upload-context.js'
import { Volume } from './volume.js'
import type { ResumeOptions } from './writer-options.js'

/** The fraction of an archive's parts at which a warning comes. */
const FULLNESS_WARNING_RATIO = 0.8

/** Takes a stream's parts, and makes archives of them. */
export class VolumeSequence {
  readonly #transfer: Transfer
  readonly #resume: ResumeOptions
  readonly #description: string | undefined
  readonly #fail: (error: Error) => void
  readonly #archives: Archive[] = []
  #volume: Volume | StoredVolume | undefined
  /** Bytes of the stream in volumes that are stored. */
  #stored = 0
  /** The upload to resume, until a volume has it. */
  #resumeUploadId: string | undefined
  isStored = false

  /**
   * @param description - the first volume's, as it is sent
   * @param fail - called for each part that could not be sent
   */
  constructor(
    transfer: Transfer,
    resume: ResumeOptions,
    description: string | undefined,
    fail: (error: Error) => void,
  ) {
    this.#transfer = transfer
    this.#resume = resume
    this.#description = description
    this.#fail = fail
    this.#resumeUploadId = resume.uploadId
  }

  /** What is stored. */
  get archives(): readonly Archive[] {
    return this.#archives
  }

  /** The upload that is open at the service. */
  get uploadId(): string | undefined {
    return this.#volume instanceof Volume ? this.#volume.uploadId : this.#resumeUploadId
  }

  /** Whether an archive may exist of that upload. */
  get completionSent(): boolean {
    return this.#volume instanceof Volume && this.#volume.completionSent
  }

  /** Whether this run has begun the open upload or has seen it open, so that a 404 means that it has expired. */
  get hasSeenUpload(): boolean {
    return this.#volume instanceof Volume
  }

  /** Whether volumes of an earlier run wait for the rest of the stream. */
  get isContinued(): boolean {
    const { earlierVolumes = [], isComplete = false } = this.#resume
    return earlierVolumes.length > 0 && !isComplete
  }

  /** Takes the next part; resolves when another could be sent. */
  async add(part: HashedPart): Promise<void> {
    this.#check(part)
    let volume = this.#volume ?? (await this.#next())
    if (this.#isFull(volume)) {
      const { partSize, partsPerVolume, volumes } = this.#transfer.plan
      if (!volumes) throw new TooManyPartsError(partSize, partsPerVolume)
      await this.#complete(volume, true)
      volume = await this.#next()
    }
    await volume.add(part)
    if (volume instanceof StoredVolume) this.#transfer.partMemory.release(part.bytes)
    this.#warnOfFullness(volume.parts)
  }

  /** Ends the last volume. */
  async finish(): Promise<void> {
    const isResumed = this.#resumeUploadId !== undefined || this.#resume.earlierVolumes !== undefined
    if (!this.#volume && !isResumed) throw new EmptyArchiveError()
    const volume = this.#volume ?? (await this.#next())
    await this.#complete(volume, false)
    if (volume instanceof StoredVolume) await this.#endAfter(this.#archives.at(-1))
  }

  /** Resolves when no request of a part is under way. */
  async settled(): Promise<void> {
    if (this.#volume instanceof Volume) await this.#volume.settled()
  }

  /** The upload is gone, or aborted. */
  forget(): void {
    this.#resumeUploadId = undefined
    if (this.#volume instanceof Volume) this.#volume.forget()
  }

  #check({ index, start, end, bytes }: Partial<HashedPart>): void {
    const hasPlace = index !== undefined && start !== undefined && end !== undefined
    if (!hasPlace || !ArrayBuffer.isView(bytes)) {
      throw new TypeError('The writer takes hashed parts: put hashParts() in front of it.')
    }
    const { partSize } = this.#transfer.plan
    const length = end - start
    if (length > partSize) throw new PartBoundaryError(index, partSize, length)
    const before = index * partSize
    if (start !== before) throw new PartBoundaryError(index - 1, partSize, start - before + partSize)
  }

  #isFull(volume: Volume | StoredVolume): boolean {
    if (volume instanceof StoredVolume) return volume.isFull
    const { partsPerVolume } = this.#transfer.plan
    return volume.parts >= Math.max(partsPerVolume, volume.partsUploaded)
  }

  async #next(): Promise<Volume | StoredVolume> {
    const number = this.#archives.length + 1
    const { earlierVolumes = [], isComplete = false } = this.#resume
    const earlier = earlierVolumes[number - 1]
    if (earlier) return (this.#volume = new StoredVolume(earlier, this.#stored))
    if (isComplete) throw this.#isLonger()
    const resumed = number === earlierVolumes.length + 1 ? await this.#resumedUpload() : undefined
    const [first] = this.#archives
    const firstVolume = first?.archiveId
    const description =
      firstVolume === undefined || resumed
        ? this.#description
        : laterDescription(first?.description, { volume: number, firstVolume })
    const place = { volume: number, firstVolume, offset: this.#stored, description }
    return (this.#volume = new Volume(this.#transfer, place, resumed, this.#fail))
  }

  /** The upload to resume, with its parts; `undefined` where there is none, or it has expired behind a stored volume. */
  async #resumedUpload(): Promise<ResumedUpload | undefined> {
    const uploadId = this.#resumeUploadId
    if (uploadId === undefined) return undefined
    const { sourceSize = Infinity } = this.#resume
    try {
      const uploaded = await listUploaded(this.#transfer, uploadId)
      const end = this.#stored + uploaded.end
      if (end > sourceSize) throw endsEarly(sourceSize, end, uploadId)
      return { uploadId, uploaded }
    } catch (error) {
      if (!(error instanceof UploadGoneError) || this.#archives.length === 0) throw error
      await this.#transfer.journal.closed('expired', uploadId)
      this.#resumeUploadId = undefined
      this.#warnOfExpiry(uploadId)
      return undefined
    }
  }

  async #complete(volume: Volume | StoredVolume, hasNextVolume: boolean): Promise<void> {
    if (volume instanceof StoredVolume) {
      this.#take(volume.complete())
      return
    }
    const { archive, emit } = await volume.complete(hasNextVolume)
    this.#take(archive)
    this.isStored = !hasNextVolume
    try {
      emit()
      this.#transfer.tell('archive', archive)
    } catch (error) {
      throw (error as ListenerError).withArchive(archive.archiveId) // nothing else throws here
    }
  }

  #take(archive: Archive): void {
    this.#archives.push(archive)
    this.#stored += archive.size
  }

  /** Ends the stream where a stored volume ends. */
  async #endAfter(last: Archive | undefined): Promise<void> {
    const { earlierVolumes = [], isComplete = false } = this.#resume
    const next = earlierVolumes[this.#archives.length]
    const resumed = next || isComplete ? undefined : await this.#resumedUpload()
    const moreBytes = next?.size ?? resumed?.uploaded.end ?? 0
    if (moreBytes > 0) throw endsEarly(this.#stored, this.#stored + moreBytes, this.#resumeUploadId)
    const { client, vault, journal, signal } = this.#transfer
    if (resumed) {
      // It holds no part: the volume it was begun for is not needed.
      const { uploadId } = resumed
      await client.abortUpload({ ...vault, uploadId, signal })
      this.#resumeUploadId = undefined
      await journal.closed('aborted', uploadId)
    }
    if (last && !isComplete) await journal.stored(last, undefined, false) // it said that another volume follows
    this.isStored = true
  }

  #isLonger(): ResumeMismatchError {
    const archiveId = this.#archives[0]?.archiveId
    const what = `they are stored as the archive ${archiveId}, which is complete, and the source is longer.`
    return new ResumeMismatchError(0, this.#stored, what, { archiveId })
  }

  #warnOfExpiry(uploadId: string): void {
    const volume = this.#archives.length + 1
    this.#transfer.tell('warning', {
      code: 'VOLUME_EXPIRED',
      message:
        `The service no longer has the upload ${uploadId} of volume ${volume}. The volumes before it are kept, and ` +
        `volume ${volume} is uploaded again.`,
    })
  }

  #warnOfFullness(parts: number): void {
    const { partsPerVolume, volumes } = this.#transfer.plan
    const threshold = Math.ceil(partsPerVolume * FULLNESS_WARNING_RATIO)
    if (parts !== threshold || this.#archives.length > 0) return
    const then = volumes
      ? 'After the last, the stream continues in another archive.'
      : 'After the last, the upload fails.'
    const message = `${parts} of the ${partsPerVolume} parts that this archive can have are used. ${then}`
    this.#transfer.tell('warning', { code: 'NEARLY_FULL', message })
  }
}
