/**
 * A volume of a stream while it is uploaded: parts in, an archive ID out.
 *
 * - The first part waits for a second: an archive of one part is stored by one UploadArchive request, and nothing is
 *   initiated for a stream without a byte.
 * - `add` resolves when the next part could be sent at once, so at most `concurrency` parts are held here, and the part
 *   that keeps the upload alive.
 * - In a resumed upload, parts are compared with those at the service: equal parts are not sent. A part that ends the
 *   source before the last byte that was uploaded is refused before it could replace a longer part.
 * - The journal records before a request is sent, and events are emitted after the journal has recorded.
 */
import { EmptyArchiveError, type ResumeMismatchError } from '../errors.js'
import { invariant } from '../invariant.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import { NodeStack } from '../tree-hash/tree-hash.js'
import type { ByteRange } from '../byte-range.js'
import type { StoredArchive } from '../store/archive-store.js'
import type { Archive, RecordedArchive } from '../store/archive.js'
import { complete, OWN_UPLOAD } from './completion.js'
import { recorded, type CompletionIntent, type Content } from '../store/upload-journal.js'
import { KeepAlive } from './keep-alive.js'
import { initiate, sendPart } from './part-uploader.js'
import { endsEarly, type ResumedUpload } from './uploaded-parts.js'
import type { UploadContext } from './upload-context.js'
import type { Volume, VolumePosition } from './volume.js'
import { sendWhole, type ArchiveFacts } from './whole-archive.js'

/** A volume that is being uploaded. */
export class OpenVolume implements Volume {
  readonly isStored = false
  readonly #context: UploadContext
  readonly #position: VolumePosition
  readonly #resumed: ResumedUpload | undefined
  readonly #fail: (error: Error) => void
  readonly #nodes = new NodeStack()
  readonly #inFlight = new Set<Promise<void>>()
  readonly #keepAlive: KeepAlive
  #held: HashedPart | undefined
  #firstPart: Content | undefined
  #size = 0
  #differed = 0
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
    this.#resumed = resumed
    this.#fail = fail
    this.#keepAlive = new KeepAlive(context.retry.clock, context.partMemory, (part) => this.#send(part))
    this.uploadId = resumed?.uploadId
  }

  /** The number of parts added. */
  get parts(): number {
    return this.#nodes.count
  }

  /** Whether the next part belongs to another volume. All parts that an earlier run has sent belong to this one. */
  get isFull(): boolean {
    const { partSize, partsPerVolume } = this.#context.plan
    const partsUploaded = Math.ceil((this.#resumed?.uploaded.end ?? 0) / partSize)
    return this.parts >= Math.max(partsPerVolume, partsUploaded)
  }

  /** Takes the next part; resolves when another part could be sent. */
  async add(part: HashedPart): Promise<void> {
    this.#nodes.push(Buffer.from(part.treeHash, 'hex'))
    this.#size = part.end - this.#position.offset
    this.#firstPart ??= { size: part.end - part.start, treeHash: part.treeHash }
    if (this.parts === 1 && !this.#resumed) {
      this.#held = part
      return
    }
    await this.#begin()
    this.#context.signal.throwIfAborted()
    this.#take(part)
    await this.#slot()
  }

  /**
   * Ends the volume.
   *
   * @param hasNextVolume - whether the stream continues in another volume
   * @returns the archive, recorded; its events are not emitted yet
   * @throws as the requests do
   */
  async complete(hasNextVolume: boolean): Promise<RecordedArchive> {
    const uploadedEnd = this.#resumed?.uploaded.end ?? 0
    if (uploadedEnd > this.#size) throw this.#endsEarly(this.#size, uploadedEnd)
    if (!this.#firstPart) throw new EmptyArchiveError()
    const content = { size: this.#size, treeHash: this.#nodes.root().toString('hex') }
    const first = this.#held
    this.#held = undefined
    return first
      ? this.#sendWhole(first, hasNextVolume)
      : this.#completeUpload({ ...content, firstPart: this.#firstPart, hasNextVolume })
  }

  /** Forgets the upload, which is gone or aborted. */
  forget(): void {
    this.uploadId = undefined
  }

  /** Resolves when no request of a part is in flight. */
  async settled(): Promise<void> {
    this.#keepAlive.stop()
    await Promise.all(this.#inFlight)
    this.#held = undefined
  }

  async #begin(): Promise<void> {
    const first = this.#held
    if (!first) return
    this.#held = undefined
    const { store, plan, journal, signal, emit } = this.#context
    const { uploadId, location } = await initiate(this.#context, this.#position.description)
    this.uploadId = uploadId // from here on it is kept or aborted, whatever happens
    const { vaultName } = store
    await journal.begun({ uploadId, vaultName, partSize: plan.partSize, location, ...this.#facts() })
    signal.throwIfAborted()
    emit('initiated', uploadId)
    this.#take(first)
    await this.#slot()
  }

  /** Sends a part, unless the service has it. */
  #take(part: HashedPart): void {
    const { start, end } = this.#rangeOf(part)
    const uploaded = this.#resumed?.uploaded
    const found = uploaded?.compare({ start, end, treeHash: part.treeHash }) ?? 'none'
    if (found === 'same') {
      this.#done(part, true)
      this.#keepAlive.keep(part)
      return
    }
    const uploadedEnd = uploaded?.end ?? 0
    const isLast = end - start < this.#context.plan.partSize
    if (isLast && end < uploadedEnd) throw this.#endsEarly(end, uploadedEnd)
    if (found === 'other') this.#differed++
    void this.#send(part, () => {
      this.#done(part, false)
      this.#keepAlive.keep(part)
    })
  }

  /** Sends a part; the promise is fulfilled when the request has settled, also if it failed. */
  #send(part: HashedPart, done: () => void = () => undefined): Promise<void> {
    const { uploadId } = this
    invariant(uploadId !== undefined, 'a part is sent only to an upload that is begun or resumed')
    const sent = sendPart(this.#context, uploadId, this.#rangeOf(part), part)
      .then(() => {
        this.#keepAlive.active()
        done()
      })
      .catch((error: unknown) => {
        this.#fail(error as Error) // of the service, or of a listener
      })
      .finally(() => this.#inFlight.delete(sent)) // last: the completion waits for what is in flight
    this.#inFlight.add(sent)
    return sent
  }

  #rangeOf({ start, end }: HashedPart): ByteRange {
    return { start: start - this.#position.offset, end: end - this.#position.offset }
  }

  #done({ index, start, end, treeHash }: HashedPart, skipped: boolean): void {
    const { progress, concurrency, emit } = this.#context
    progress.partDone(end - start, skipped)
    emit('part', { index, start, end, treeHash, skipped, concurrency: concurrency.current })
  }

  /** Waits until fewer requests than allowed are in flight. */
  async #slot(): Promise<void> {
    while (this.#inFlight.size >= this.#context.plan.concurrency) await Promise.race(this.#inFlight)
  }

  async #sendWhole(part: HashedPart, hasNextVolume: boolean): Promise<RecordedArchive> {
    const { stored, intentId, warn } = await sendWhole(this.#context, this.#facts(), part)
    const archive = this.#archive(stored, part.treeHash)
    await this.#record(archive, undefined, hasNextVolume, intentId)
    this.#context.partMemory.release(part.bytes)
    const emit = (): void => {
      warn()
      this.#done(part, false)
      this.#context.emit('archive', archive)
    }
    return { archive, emit }
  }

  async #completeUpload(intent: CompletionIntent): Promise<RecordedArchive> {
    const { journal, signal } = this.#context
    await Promise.all(this.#inFlight)
    signal.throwIfAborted() // a part has failed meanwhile
    this.#keepAlive.stop()
    if (this.#differed > 0)
      this.#context.emit('warning', {
        code: 'PARTS_DIFFERED',
        message: `${this.#differed} of the parts uploaded before differed from the source as it is now, and were sent again.`,
      })
    const { uploadId } = this
    invariant(uploadId !== undefined, 'an upload of more than one part is begun or resumed')
    await journal.completing(uploadId, intent)
    signal.throwIfAborted()
    this.completionSent = true
    const stored = await complete(this.#context, uploadId, intent, OWN_UPLOAD)
    this.uploadId = undefined
    const archive = this.#archive(stored, intent.treeHash)
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

  #archive({ archiveId, location }: StoredArchive, treeHash: string): Archive {
    const { store, plan } = this.#context
    const content = { size: this.#size, treeHash, partSize: plan.partSize, parts: this.parts }
    return { archiveId, vaultName: store.vaultName, ...content, location, ...this.#facts() }
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

  #endsEarly(size: number, uploadedEnd: number): ResumeMismatchError {
    const { offset } = this.#position
    return endsEarly(offset + size, offset + uploadedEnd, this.uploadId)
  }
}
