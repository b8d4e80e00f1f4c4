/**
 * A volume of a stream while it is uploaded: parts in, an archive ID out.
 *
 * - The first part waits for a second: an archive of one part is stored by one request, and nothing is
 *   initiated for a stream without a byte.
 * - `add` resolves when the next part could be sent at once, so at most `concurrency` parts are held here, and the part
 *   that keeps the upload alive.
 * - The journal records before a request is sent, and events are emitted after the journal has recorded.
 */
import { EmptyArchiveError } from '../errors.js'
import { invariant } from '../invariant.js'
import type { StorePart } from '../store/store-part.js'
import type { InitiatedUpload, StoredArchive } from '../store/archive-store.js'
import type { PartHashes } from '../store/hash-scheme.js'
import type { Archive, RecordedArchive } from '../store/archive.js'
import { complete, OWN_UPLOAD } from './completion.js'
import { recorded, type CompletionIntent, type Content } from '../store/upload-journal.js'
import { partDone, PartSender } from './part-sender.js'
import type { ResumedUpload } from './uploaded-parts.js'
import type { UploadContext } from './upload-context.js'
import type { Volume, VolumePosition } from './volume.js'
import { sendWhole, type ArchiveFacts } from './whole-archive.js'

/** A volume that is being uploaded. */
export class OpenVolume implements Volume {
  readonly isStored = false
  readonly #context: UploadContext
  readonly #position: VolumePosition
  readonly #isResumed: boolean
  readonly #sender: PartSender
  readonly #hashes: PartHashes
  #held: StorePart | undefined
  #firstPart: Content | undefined
  #size = 0
  /** The upload that is open at the service. */
  uploadId: string | undefined
  /** Whether the archive may exist: then the upload must not be aborted. */
  completionSent = false

  /** @param fail - called once for each part that could not be sent */
  constructor(
    context: UploadContext,
    position: VolumePosition,
    resumed: ResumedUpload | undefined,
    fail: (error: Error) => void,
  ) {
    this.#context = context
    this.#position = position
    this.#hashes = context.store.hashes.combine()
    this.#isResumed = resumed !== undefined
    this.#sender = new PartSender(context, position.offset, resumed, fail)
    this.uploadId = resumed?.uploadId
  }

  /** The number of parts added. */
  get parts(): number {
    return this.#hashes.count
  }

  /** Whether the next part belongs to another volume. All parts that an earlier run has sent belong to this one. */
  get isFull(): boolean {
    const { partSize, partsPerVolume } = this.#context.plan
    const partsUploaded = Math.ceil(this.#sender.uploadedEnd / partSize)
    return this.parts >= Math.max(partsPerVolume, partsUploaded)
  }

  /** Takes the next part; resolves when another part could be sent. */
  async add(part: StorePart): Promise<void> {
    const { hash } = part
    this.#hashes.push(hash)
    this.#size = part.end - this.#position.offset
    this.#firstPart ??= { size: part.end - part.start, hash }
    if (this.parts === 1 && !this.#isResumed) {
      this.#held = part
      return
    }
    await this.#begin()
    this.#context.signal.throwIfAborted()
    await this.#sender.send(part)
  }

  /**
   * Ends the volume.
   *
   * @param hasNextVolume - whether the stream continues in another volume
   * @returns the archive, recorded; its events are not emitted yet
   * @throws as the requests do
   */
  async complete(hasNextVolume: boolean): Promise<RecordedArchive> {
    if (this.#sender.uploadedEnd > this.#size) throw this.#sender.endsEarly(this.#size)
    if (!this.#firstPart) throw new EmptyArchiveError()
    const content = { size: this.#size, hash: this.#hashes.digest() }
    const first = this.#held
    this.#held = undefined
    return first
      ? this.#sendWhole(first, hasNextVolume)
      : this.#completeUpload({
          ...content,
          intentId: this.#context.random.uuid(),
          firstPart: this.#firstPart,
          hasNextVolume,
        })
  }

  /** Forgets the upload, which is gone or aborted. */
  forget(): void {
    this.uploadId = undefined
  }

  /** Resolves when no request of a part is in flight. */
  async settled(): Promise<void> {
    await this.#sender.settled()
    this.#held = undefined
  }

  async #begin(): Promise<void> {
    const first = this.#held
    if (!first) return
    this.#held = undefined
    const { store, plan, journal, signal, emit } = this.#context
    const { uploadId, location } = await initiate(this.#context, this.#position)
    this.#sender.begin(uploadId)
    this.uploadId = uploadId // from here on it is kept or aborted, whatever happens
    const { vaultName } = store
    await journal.begun({ uploadId, vaultName, partSize: plan.partSize, location, ...this.#facts() })
    signal.throwIfAborted()
    emit('initiated', uploadId)
    await this.#sender.send(first)
  }

  async #sendWhole(part: StorePart, hasNextVolume: boolean): Promise<RecordedArchive> {
    const { stored, intentId, warn } = await sendWhole(this.#context, this.#facts(), part)
    const archive = this.#archive(stored, this.#hashes.digest())
    await this.#record(archive, undefined, hasNextVolume, intentId)
    this.#context.partMemory.release(part.bytes)
    const emit = (): void => {
      warn()
      partDone(this.#context, part, false)
      this.#context.emit('archive', archive)
    }
    return { archive, emit }
  }

  async #completeUpload(intent: CompletionIntent): Promise<RecordedArchive> {
    const { journal, signal } = this.#context
    await this.#sender.finish()
    const { uploadId } = this
    invariant(uploadId !== undefined, 'an upload of more than one part is begun or resumed')
    await journal.completing(uploadId, intent)
    signal.throwIfAborted()
    this.completionSent = true
    const stored = await complete(this.#context, uploadId, intent, OWN_UPLOAD)
    this.uploadId = undefined
    const archive = this.#archive(stored, intent.hash)
    await this.#record(archive, uploadId, intent.hasNextVolume)
    const emit = (): void => {
      this.#context.emit('archive', archive)
    }
    return { archive, emit }
  }

  #facts(): ArchiveFacts {
    const { description, volume, firstVolume } = this.#position
    return { description, volume, firstVolume }
  }

  #archive({ archiveId, location, versionId }: StoredArchive, hash: string): Archive {
    const { store, plan } = this.#context
    const content = { size: this.#size, hash, partSize: plan.partSize, parts: this.parts }
    const stored = { archiveId, vaultName: store.vaultName, ...content, location, ...this.#facts() }
    return { ...stored, ...(versionId !== undefined && { versionId }) }
  }

  async #record(
    archive: Archive,
    uploadId: string | undefined,
    hasNextVolume: boolean,
    intentId?: string,
  ): Promise<void> {
    const { journal } = this.#context
    await recorded(archive.archiveId, journal.stored(archive, uploadId, hasNextVolume, intentId))
  }
}

/**
 * Begins an upload. If the upload ends meanwhile, the response is awaited a little longer: an upload whose ID is not
 * known can be neither aborted nor resumed. An upload that was begun without a response is left to expire: it is empty.
 *
 * @throws as {@link Retry.run}
 */
function initiate(
  context: UploadContext,
  { description, volume }: Pick<VolumePosition, 'description' | 'volume'>,
): Promise<InitiatedUpload> {
  const { store, retry, plan, signal, lastSignal } = context
  const request = { partSize: plan.partSize, description, volume, signal: lastSignal }
  return retry.run(() => store.initiateUpload(request), signal)
}
