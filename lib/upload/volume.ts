/**
 * One archive of a stream on its way: its parts in, its archive ID out.
 *
 * - The first part waits for a second: an archive of one part goes up in one UploadArchive request, and nothing is
 *   initiated for a stream without a byte.
 * - `add` resolves when the next part could be sent at once, so at most `concurrency` parts are held here.
 * - In a resumed upload what the service has is compared with what comes: equal parts are not sent. A part that ends
 *   the source before the last byte that was uploaded is refused before it could take the place of a longer one.
 */
import { EmptyArchiveError, NotRecordedError, type ResumeMismatchError } from '../errors.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import { NodeStack } from '../tree-hash/tree-hash.js'
import type { StoredArchive } from '../vault/vault-client.js'
import type { Archive } from './archive.js'
import { complete, initiate, sendPart, sendWhole } from './part-uploader.js'
import { endsEarly, type UploadedParts } from './resume.js'
import type { Transfer } from './transfer.js'

/** What a volume is in its stream. */
export interface VolumePlace {
  /** From 1. */
  readonly volume: number
  /** The archive ID of the first; `undefined` in that one itself. */
  readonly firstVolume: string | undefined
  /** Bytes of the stream before it. */
  readonly offset: number
  /** As it is sent. */
  readonly description: string | undefined
}

/** An upload that was begun before. */
export interface BegunBefore {
  readonly uploadId: string
  /** What the service has; `undefined` where it was completed, as far as is known, and nothing is to be sent. */
  readonly uploaded: UploadedParts | undefined
}

/** The part of a volume's life that matters to what is decided when a stream fails. */
export interface VolumeState {
  /** The upload that is open at the service. */
  readonly uploadId: string | undefined
  /** Whether the archive may exist: then the upload must not be aborted. */
  readonly completionSent: boolean
}

/** An archive on its way. */
export class Volume implements VolumeState {
  readonly #transfer: Transfer
  readonly #place: VolumePlace
  readonly #before: BegunBefore | undefined
  readonly #fail: (error: Error) => void
  readonly #nodes = new NodeStack()
  readonly #inFlight = new Set<Promise<void>>()
  #held: HashedPart | undefined
  #size = 0
  #differed = 0
  uploadId: string | undefined
  completionSent = false

  /** @param fail - called once for each part that could not be sent */
  constructor(
    transfer: Transfer,
    place: VolumePlace,
    before: BegunBefore | undefined,
    fail: (error: Error) => void,
  ) {
    this.#transfer = transfer
    this.#place = place
    this.#before = before
    this.#fail = fail
    this.uploadId = before?.uploadId
    this.completionSent = before !== undefined && before.uploaded === undefined
  }

  /** Parts taken. */
  get parts(): number {
    return this.#nodes.count
  }

  /** Takes the next part; resolves when another could be sent. */
  async add(part: HashedPart): Promise<void> {
    this.#nodes.push(Buffer.from(part.treeHash, 'hex'))
    this.#size = part.end - this.#place.offset
    if (this.parts === 1 && !this.#before) {
      this.#held = part
      return
    }
    await this.#begin()
    this.#transfer.signal.throwIfAborted()
    this.#take(part)
    await this.#slot()
  }

  /**
   * Ends the archive.
   *
   * @param more - whether the stream goes on in another volume
   * @throws as the requests do
   */
  async complete(more: boolean): Promise<Archive> {
    const uploadedEnd = this.#before?.uploaded?.end ?? 0
    if (uploadedEnd > this.#size) throw this.#endsEarly(this.#size, uploadedEnd)
    if (this.parts === 0) throw new EmptyArchiveError()
    const treeHash = this.#nodes.root().toString('hex')
    const stored = await this.#store(treeHash)
    const uploadId = this.uploadId
    this.uploadId = undefined
    return this.#record(this.#archive(stored, treeHash), uploadId, more)
  }

  /** The upload is gone, or aborted. */
  forget(): void {
    this.uploadId = undefined
  }

  /** Resolves when no request of a part is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#inFlight)
    this.#held = undefined
  }

  async #begin(): Promise<void> {
    const first = this.#held
    if (!first) return
    this.#held = undefined
    const { description, volume, firstVolume } = this.#place
    const { vault, plan, journal, signal, tell } = this.#transfer
    const { uploadId, location } = await initiate(this.#transfer, description)
    this.uploadId = uploadId // from here on it is kept or aborted, whatever happens
    const { partSize } = plan
    const { vaultName } = vault
    await journal.begun({ uploadId, vaultName, partSize, description, location, volume, firstVolume })
    signal.throwIfAborted()
    tell('initiated', uploadId)
    this.#take(first)
    await this.#slot()
  }

  /** Sends a part, unless the service has it. */
  #take(part: HashedPart): void {
    const range = { start: part.start - this.#place.offset, end: part.end - this.#place.offset }
    const found = this.#before
      ? (this.#before.uploaded?.compare({ ...range, treeHash: part.treeHash }) ?? 'same')
      : 'none'
    if (found === 'same') {
      this.#done(part, true)
      return
    }
    const { end = 0 } = this.#before?.uploaded ?? {}
    const isLast = range.end - range.start < this.#transfer.plan.partSize
    if (isLast && range.end < end) throw this.#endsEarly(range.end, end)
    if (found === 'other') this.#differed++
    const sent = sendPart(this.#transfer, this.uploadId as string, range, part) // begun, or from before
      .finally(() => this.#inFlight.delete(sent))
      .then(() => {
        this.#done(part, false)
      })
      .catch((error: unknown) => {
        this.#fail(error as Error) // of the service, or of a listener
      })
    this.#inFlight.add(sent)
  }

  /** The service has a part. */
  #done({ index, start, end, treeHash, bytes }: HashedPart, skipped: boolean): void {
    this.#transfer.partMemory.giveBack(bytes)
    const concurrency = this.#transfer.concurrency.current
    this.#transfer.tell('part', { index, start, end, treeHash, skipped, concurrency })
  }

  /** Waits until fewer requests than allowed are under way. */
  async #slot(): Promise<void> {
    while (this.#inFlight.size >= this.#transfer.plan.concurrency) await Promise.race(this.#inFlight)
  }

  async #store(treeHash: string): Promise<StoredArchive> {
    const first = this.#held
    this.#held = undefined
    if (first) {
      const stored = await sendWhole(this.#transfer, this.#place.description, first)
      this.#done(first, false)
      return stored
    }
    await Promise.all(this.#inFlight)
    this.#transfer.signal.throwIfAborted() // a part has failed meanwhile
    if (this.#differed > 0) this.#warnOfDiffering()
    const uploadId = this.uploadId as string // more than one part was added, or it is from before
    const sentBefore = this.completionSent
    if (!sentBefore) await this.#transfer.journal.completing(uploadId)
    this.#transfer.signal.throwIfAborted()
    this.completionSent = true
    return complete(this.#transfer, uploadId, { size: this.#size, treeHash }, sentBefore)
  }

  #archive({ archiveId, location }: StoredArchive, treeHash: string): Archive {
    const { description, volume, firstVolume } = this.#place
    return {
      archiveId,
      vaultName: this.#transfer.vault.vaultName,
      size: this.#size,
      treeHash,
      partSize: this.#transfer.plan.partSize,
      parts: this.parts,
      description,
      location,
      volume,
      firstVolume,
    }
  }

  async #record(archive: Archive, uploadId: string | undefined, more: boolean): Promise<Archive> {
    try {
      await this.#transfer.journal.stored(archive, uploadId, more)
    } catch (error) {
      throw new NotRecordedError(archive.archiveId, error)
    }
    return archive
  }

  #warnOfDiffering(): void {
    this.#transfer.tell('warning', {
      code: 'PARTS_DIFFERED',
      message: `${this.#differed} of the parts uploaded before differed from the source as it is now, and were sent again.`,
    })
  }

  #endsEarly(size: number, uploadedEnd: number): ResumeMismatchError {
    const { offset } = this.#place
    return endsEarly(offset + size, offset + uploadedEnd, this.uploadId)
  }
}
