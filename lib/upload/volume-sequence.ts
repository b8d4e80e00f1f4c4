/**
 * The volumes of a stream, one after the other: those that an earlier run has stored, the one it had begun, new ones.
 *
 * - Parts are checked against the part size as they arrive: the service reports a wrong boundary only when the upload
 *   is completed, perhaps a day later.
 * - A full volume is completed, and the stream continues in another: one at a time, since the description of a later
 *   volume contains the archive ID of the first.
 * - A volume whose upload has expired is uploaded again from its beginning; the volumes before it are kept.
 */
import { invariant } from '../invariant.js'
import {
  EmptyArchiveError,
  ListenerError,
  PartBoundaryError,
  ResumeMismatchError,
  TooManyPartsError,
  UploadGoneError,
} from '../errors.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import type { Archive } from '../store/archive.js'
import { storePart } from '../store/store-part.js'
import { endsEarly, listUploaded, type ResumedUpload } from './uploaded-parts.js'
import { StoredVolume } from './stored-volume.js'
import { OpenVolume } from './open-volume.js'
import type { ResumePoint } from './resume-point.js'
import { isGone, type UploadContext } from './upload-context.js'
import type { Volume } from './volume.js'

/** The fraction of an archive's maximum of parts at which a warning is emitted. */
const FULLNESS_WARNING_RATIO = 0.8

/** The stream that a sequence of volumes stores. */
export interface StreamFacts {
  /** Where the stream is resumed; `undefined` for a new stream. */
  readonly resumePoint: ResumePoint | undefined
  /** The description of the open upload or of the first volume, as it is sent. */
  readonly description: string | undefined
  /** Bytes of the source, if they are known for certain. */
  readonly sourceSize: number | undefined
}

/** Takes the parts of a stream, and makes archives of them. */
export class VolumeSequence {
  readonly #context: UploadContext
  readonly #stream: StreamFacts
  readonly #earlierVolumes: readonly Archive[]
  /** Whether the earlier volumes are the whole stream. */
  readonly #isOnlyCompared: boolean
  readonly #fail: (error: Error) => void
  readonly #archives: Archive[] = []
  #volume: Volume | undefined
  /** Bytes of the stream in volumes that are stored. */
  #stored = 0
  /** The upload to resume, until a volume has it. */
  #resumeUploadId: string | undefined
  /** Whether the whole stream is stored. */
  isComplete = false

  /** @param fail - called for each part that could not be sent */
  constructor(context: UploadContext, stream: StreamFacts, fail: (error: Error) => void) {
    this.#context = context
    this.#stream = stream
    this.#earlierVolumes = stream.resumePoint?.earlierVolumes ?? []
    this.#isOnlyCompared = stream.resumePoint?.isComplete ?? false
    this.#fail = fail
    this.#resumeUploadId = stream.resumePoint?.uploadId
  }

  /** The volumes that are stored. */
  get archives(): readonly Archive[] {
    return this.#archives
  }

  /** The upload that is open at the service; `undefined` if none is. */
  get uploadId(): string | undefined {
    return this.#volume?.uploadId ?? this.#resumeUploadId
  }

  /** Whether an archive may exist of that upload. */
  get completionSent(): boolean {
    return this.#volume?.completionSent ?? false
  }

  /** Whether this run has begun the open upload or has seen it open, so that a 404 means that it has expired. */
  get hasSeenUpload(): boolean {
    return this.#volume?.isStored === false
  }

  /** Whether volumes of an earlier run wait for the rest of the stream. */
  get isContinued(): boolean {
    return this.#earlierVolumes.length > 0 && !this.#isOnlyCompared
  }

  /** Takes the next part; resolves when another part could be sent. */
  async add(part: HashedPart): Promise<void> {
    this.#check(part)
    let volume = this.#volume ?? (await this.#next())
    if (volume.isFull) {
      const { partSize, partsPerVolume, volumes } = this.#context.plan
      if (!volumes) throw new TooManyPartsError(partSize, partsPerVolume)
      await this.#complete(volume, true)
      volume = await this.#next()
    }
    await volume.add(await storePart(this.#context.store.hashes, part, this.#context.signal))
    this.#warnOfFullness(volume.parts)
  }

  /** Ends the last volume. */
  async finish(): Promise<void> {
    if (!this.#volume && !this.#stream.resumePoint) throw new EmptyArchiveError()
    await this.#complete(this.#volume ?? (await this.#next()), false)
  }

  /** Resolves when no request of a part is in flight. */
  async settled(): Promise<void> {
    await this.#volume?.settled()
  }

  /** Forgets the upload, which is gone or aborted. */
  forget(): void {
    this.#resumeUploadId = undefined
    this.#volume?.forget()
  }

  #check({ index, start, end, bytes }: Partial<HashedPart>): void {
    const hasRange = index !== undefined && start !== undefined && end !== undefined
    if (!hasRange || !ArrayBuffer.isView(bytes)) {
      throw new TypeError('The writer takes hashed parts: put hashParts() in front of it.')
    }
    const { partSize } = this.#context.plan
    const length = end - start
    if (length > partSize) throw new PartBoundaryError(index, partSize, length)
    const before = index * partSize
    if (start !== before) throw new PartBoundaryError(index - 1, partSize, start - before + partSize)
  }

  async #next(): Promise<Volume> {
    const number = this.#archives.length + 1
    const earlier = this.#earlierVolumes[number - 1]
    if (earlier) return (this.#volume = new StoredVolume(this.#context, earlier, this.#stored))
    if (this.#isOnlyCompared) throw this.#isLonger()
    const resumed = await this.#resumedUpload()
    const [first] = this.#archives
    const firstVolume = first?.archiveId
    const description =
      firstVolume === undefined || resumed
        ? this.#stream.description
        : this.#context.store.describeVolume(first?.description, { volume: number, firstVolume })
    const position = { volume: number, firstVolume, offset: this.#stored, description }
    this.#volume = new OpenVolume(this.#context, position, resumed, this.#fail)
    this.#resumeUploadId = undefined // the volume has it
    return this.#volume
  }

  /** The upload to resume, with its parts; `undefined` if there is no such upload, or it has expired. */
  async #resumedUpload(): Promise<ResumedUpload | undefined> {
    const uploadId = this.#resumeUploadId
    if (uploadId === undefined) return undefined
    const { sourceSize = Infinity } = this.#stream
    try {
      const uploaded = await listUploaded(this.#context, uploadId, this.#context.plan.partSize)
      const end = this.#stored + uploaded.end
      if (end > sourceSize) throw endsEarly(sourceSize, end, uploadId)
      return { uploadId, uploaded }
    } catch (error) {
      if (!(error instanceof UploadGoneError) || this.#archives.length === 0) throw error
      await this.#context.journal.closed('expired', uploadId)
      this.#resumeUploadId = undefined
      this.#warnOfExpiry(uploadId)
      return undefined
    }
  }

  async #complete(volume: Volume, hasNextVolume: boolean): Promise<void> {
    const { archive, emit } = await volume.complete(hasNextVolume)
    this.#archives.push(archive)
    this.#stored += archive.size
    if (volume.isStored && !hasNextVolume) await this.#endAfter(archive)
    this.isComplete = !hasNextVolume
    try {
      emit()
    } catch (error) {
      invariant(error instanceof ListenerError, 'emitting an event throws only errors of listeners')
      throw error.withArchive(archive.archiveId)
    }
  }

  /** Ends the stream at the end of a volume that an earlier run has stored. */
  async #endAfter(last: Archive): Promise<void> {
    const next = this.#earlierVolumes[this.#archives.length]
    const resumed = next || this.#isOnlyCompared ? undefined : await this.#resumedUpload()
    const moreBytes = next?.size ?? resumed?.uploaded.end ?? 0
    if (moreBytes > 0) throw endsEarly(this.#stored, this.#stored + moreBytes, this.#resumeUploadId)
    const { journal } = this.#context
    if (resumed) {
      const { uploadId } = resumed
      await this.#abort(uploadId)
      this.#resumeUploadId = undefined
      await journal.closed('aborted', uploadId)
    }
    // The earlier run has recorded that another volume follows.
    if (!this.#isOnlyCompared) await journal.stored(last, undefined, false)
  }

  /** Aborts an upload that has no part: the volume it was begun for is not needed. It may be gone by now. */
  async #abort(uploadId: string): Promise<void> {
    const { store, retry, journal, signal } = this.#context
    const attempt = async (): Promise<void> => {
      await journal.assertOwner()
      await store.abortUpload({ uploadId, signal })
    }
    try {
      await retry.run(attempt, signal)
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }

  #isLonger(): ResumeMismatchError {
    const archiveId = this.#archives[0]?.archiveId
    const what = `they are stored as the archive ${archiveId}, which is complete, and the source is longer.`
    return new ResumeMismatchError(0, this.#stored, what, { archiveId })
  }

  #warnOfExpiry(uploadId: string): void {
    const volume = this.#archives.length + 1
    this.#context.emit('warning', {
      code: 'VOLUME_EXPIRED',
      message:
        `The service no longer has the upload ${uploadId} of volume ${volume}. The volumes before it are kept, and ` +
        `volume ${volume} is uploaded again.`,
    })
  }

  #warnOfFullness(parts: number): void {
    const { partsPerVolume, volumes } = this.#context.plan
    const threshold = Math.ceil(partsPerVolume * FULLNESS_WARNING_RATIO)
    if (parts !== threshold || this.#archives.length > 0) return
    const then = volumes
      ? 'After the last, the stream continues in another archive.'
      : 'After the last, the upload fails.'
    const message = `${parts} of the ${partsPerVolume} parts that this archive can have are used. ${then}`
    this.#context.emit('warning', { code: 'NEARLY_FULL', message })
  }
}
