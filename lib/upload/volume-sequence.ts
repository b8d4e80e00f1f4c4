/**
 * The volumes of a stream, one after the other: those an earlier run has stored, the one it had begun, new ones.
 *
 * - Parts are checked against the part size as they come, since a wrong boundary shows at the service only when the
 *   upload is completed, perhaps a day later.
 * - Where an archive is full, it is completed, and the stream goes on in a next one: one at a time, since the next
 *   one's description has the first one's archive ID.
 */
import { EmptyArchiveError, PartBoundaryError, TooManyPartsError, UploadGoneError } from '../errors.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import type { Archive } from './archive.js'
import { endsEarly, listUploaded } from './resume.js'
import { StoredVolume } from './stored-volume.js'
import type { Transfer } from './transfer.js'
import { laterDescription } from '../vault/volume-description.js'
import { Volume, type BegunBefore } from './volume.js'
import type { ResumeOptions } from './writer-options.js'

/** The part of the first archive's parts at which a warning comes. */
const NEARLY = 0.8

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
  #toResume: string | undefined
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
    this.#toResume = resume.uploadId
  }

  /** What is stored. */
  get archives(): readonly Archive[] {
    return this.#archives
  }

  /** The upload that is open at the service. */
  get uploadId(): string | undefined {
    return this.#volume instanceof Volume ? this.#volume.uploadId : this.#toResume
  }

  /** Whether an archive may exist of that upload. */
  get completionSent(): boolean {
    return this.#volume instanceof Volume && this.#volume.completionSent
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
    if (volume instanceof StoredVolume) this.#transfer.partMemory.giveBack(part.bytes)
    this.#warnOfFullness(volume.parts)
  }

  /** Ends the last volume. */
  async finish(): Promise<void> {
    const isResumed = this.#toResume !== undefined || this.#resume.earlierVolumes !== undefined
    if (!this.#volume && !isResumed) throw new EmptyArchiveError()
    const volume = this.#volume ?? (await this.#next())
    await this.#complete(volume, false)
    if (volume instanceof StoredVolume) await this.#assertNoMore()
    this.isStored = true
  }

  /** Resolves when no request of a part is under way. */
  async settled(): Promise<void> {
    if (this.#volume instanceof Volume) await this.#volume.settled()
  }

  /** The upload is gone, or aborted. */
  forget(): void {
    this.#toResume = undefined
    if (this.#volume instanceof Volume) this.#volume.forget()
  }

  #check({ index, start, end }: Partial<HashedPart>): void {
    if (index === undefined || start === undefined || end === undefined) {
      throw new TypeError('The writer takes hashed parts: put hashParts() in front of it.')
    }
    const { partSize } = this.#transfer.plan
    const length = end - start
    if (length > partSize) throw new PartBoundaryError(index, partSize, length)
    const before = index * partSize
    if (start !== before) throw new PartBoundaryError(index - 1, partSize, start - before + partSize)
  }

  #isFull(volume: Volume | StoredVolume): boolean {
    return volume instanceof StoredVolume
      ? volume.isFull
      : volume.parts === this.#transfer.plan.partsPerVolume
  }

  async #next(): Promise<Volume | StoredVolume> {
    const number = this.#archives.length + 1
    const { earlierVolumes = [] } = this.#resume
    const earlier = earlierVolumes[number - 1]
    if (earlier) return (this.#volume = new StoredVolume(earlier, this.#stored))
    const before = number === earlierVolumes.length + 1 ? await this.#begunBefore() : undefined
    const [first] = this.#archives
    const firstVolume = first?.archiveId
    const description =
      firstVolume === undefined || before
        ? this.#description
        : laterDescription(first?.description, { volume: number, firstVolume })
    const place = { volume: number, firstVolume, offset: this.#stored, description }
    return (this.#volume = new Volume(this.#transfer, place, before, this.#fail))
  }

  async #begunBefore(): Promise<BegunBefore | undefined> {
    const { completionSent = false, sourceSize = Infinity } = this.#resume
    const uploadId = this.#toResume
    if (uploadId === undefined) return undefined
    try {
      const uploaded = await listUploaded(this.#transfer, uploadId)
      const end = this.#stored + uploaded.end
      if (end > sourceSize) throw endsEarly(sourceSize, end, uploadId)
      return { uploadId, uploaded }
    } catch (error) {
      if (completionSent && error instanceof UploadGoneError) return { uploadId, uploaded: undefined }
      throw error
    }
  }

  async #complete(volume: Volume | StoredVolume, more: boolean): Promise<void> {
    const archive = volume instanceof Volume ? await volume.complete(more) : volume.complete()
    this.#archives.push(archive)
    this.#stored += archive.size
    if (volume instanceof Volume) this.#transfer.tell('archive', archive)
  }

  /** Throws where an earlier run has stored or sent more than the stream now has. */
  async #assertNoMore(): Promise<void> {
    const next = this.#resume.earlierVolumes?.[this.#archives.length]
    const more = next?.size ?? (await this.#begunBefore())?.uploaded?.end ?? 0
    if (more > 0) throw endsEarly(this.#stored, this.#stored + more, this.#toResume)
  }

  #warnOfFullness(parts: number): void {
    const { partsPerVolume, volumes } = this.#transfer.plan
    if (parts !== Math.ceil(partsPerVolume * NEARLY) || this.#archives.length > 0) return
    const then = volumes ? 'the stream then goes on in another archive.' : 'the upload then fails.'
    const message = `${parts} of the ${partsPerVolume} parts this archive may have are used: ${then}`
    this.#transfer.tell('warning', { code: 'NEARLY_FULL', message })
  }
}
