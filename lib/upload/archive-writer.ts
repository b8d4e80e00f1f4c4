/**
 * The end of an upload: a Writable of hashed parts that sends several at once and completes the archive in `final()`.
 *
 * - A part belongs to the writer from `_write` until its request settles. `_write` calls back when the next part could
 *   be sent at once, so the writer holds at most `concurrency` parts, and its source is held up by the network alone.
 * - Parts are checked against the part size as they come, since a wrong boundary shows at the service only when the
 *   upload is completed, perhaps a day later.
 * - Where an archive is full, it is completed, and the stream goes on in a next one: one at a time, since the next
 *   one's description has the first one's archive ID.
 * - `_destroy` ends all requests, waits until they have settled, and then keeps the upload or aborts it, as asked; never
 *   once completion was sent, for then the archive may exist. A request that stores an archive is given a few seconds
 *   more, so that its answer, the archive ID, is not thrown away.
 */
import { setMaxListeners } from 'node:events'
import type { GlacierClient } from '@aws-sdk/client-glacier'
import {
  CompletionUnknownError,
  EmptyArchiveError,
  PartBoundaryError,
  TooManyPartsError,
  UploadFailedError,
  UploadGoneError,
} from '../errors.js'
import { addAbortSignal, Writable } from '../stream.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import { AdaptiveConcurrency } from '../vault/concurrency.js'
import { encodeDescription } from '../vault/description.js'
import { RateLimit } from '../vault/rate-limit.js'
import { Retry } from '../vault/retry.js'
import { vaultClientOf } from '../vault/sdk-vault-client.js'
import type { VaultClient } from '../vault/vault-client.js'
import type { Archive } from './archive.js'
import { noJournal } from './journal.js'
import { endsEarly, listUploaded } from './resume.js'
import type { Transfer } from './transfer.js'
import { planUpload, type UploadPlan } from './upload-plan.js'
import { laterDescription } from './volume-description.js'
import { StoredVolume } from './stored-volume.js'
import { Volume, type BegunBefore } from './volume.js'
import type { ArchiveWriterEvents, ArchiveWriterOptions, ResumeOptions } from './writer-options.js'

/** Milliseconds a request that stores an archive is given when the writer is destroyed. */
const LAST_ANSWER = 5_000
const NEARLY = 0.8 // of the parts of the first archive: then a warning comes

/**
 * A Writable of {@link HashedPart}s that ends in an archive ID.
 *
 * After `finish`, `writer.archives` lists what was stored. When it fails after an upload was begun, the error is an
 * `UploadFailedError` with the upload ID; where another stage failed, `writer.uploadId` says whether an upload is left.
 *
 * @param client - a `GlacierClient` of the caller's, or any {@link VaultClient}
 * @throws {TypeError} no client, no vault name, or an option of a wrong type
 * @throws {RangeError} an option out of range, or a description that is too long
 *
 * @example
 * ```ts
 * const writer = archiveWriter(client, { vaultName: 'backups', partSize })
 * await pipeline(source, rechunk(partSize), hashParts(), writer)
 * console.log(writer.archives[0].archiveId)
 * ```
 */
export function archiveWriter(
  client: GlacierClient | VaultClient,
  options: ArchiveWriterOptions,
): ArchiveWriter {
  return new ArchiveWriter(client, options)
}

/** What {@link archiveWriter} gives. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- see the interface below
export class ArchiveWriter extends Writable {
  readonly #transfer: Transfer
  readonly #description: string | undefined
  readonly #abortsOnFailure: boolean
  readonly #resume: ResumeOptions
  readonly #archives: Archive[] = []
  readonly #cancel = new AbortController()
  readonly #lastCancel = new AbortController()
  #volume: Volume | StoredVolume | undefined
  #isStored = false
  /** Bytes of the stream in volumes that are stored. */
  #stored = 0
  /** The `_write` or `_final` under way; never rejects. */
  #working = Promise.resolve()
  /** The upload to resume, until a volume has it. */
  #toResume: string | undefined

  constructor(client: GlacierClient | VaultClient, options: ArchiveWriterOptions) {
    super({ objectMode: true, highWaterMark: 1 })
    const { vaultName, accountId, onFailure = 'keep', limitRate, journal = noJournal } = options
    if (!vaultName || typeof vaultName !== 'string') {
      throw new TypeError('The name of a vault is needed: vaultName.')
    }
    if (!['keep', 'abort'].includes(onFailure)) {
      throw new RangeError(`What becomes of a failed upload is 'keep' or 'abort', not '${onFailure}'.`)
    }
    this.#description = options.description ? encodeDescription(options.description) : undefined
    this.#abortsOnFailure = onFailure === 'abort'
    this.#resume = options
    this.#toResume = options.uploadId
    const vaultClient = vaultClientOf(client)
    const plan = planUpload(options)
    const retry = new Retry(
      options,
      () => vaultClient.refreshCredentials?.() ?? Promise.resolve(),
      (notice) => this.emit('retry', notice),
    )
    this.#transfer = {
      client: vaultClient,
      vault: { vaultName, accountId },
      plan,
      retry,
      concurrency: new AdaptiveConcurrency(plan.concurrency),
      sendLimit: limitRate === undefined ? undefined : new RateLimit(limitRate, retry.clock),
      journal,
      signal: this.#cancel.signal,
      lastSignal: this.#lastCancel.signal,
      tell: (event, ...told) => {
        this.emit(event, ...told)
      },
    }
    setMaxListeners(0, this.#cancel.signal) // several for each request under way, however many are asked for
    if (options.signal) addAbortSignal(options.signal, this)
  }

  /** What was stored; complete after `finish`. A resumed stream's has the volumes of earlier runs, too. */
  get archives(): readonly Archive[] {
    return this.#archives
  }

  /** The ID of the upload that is open at the service; `undefined` where there is none, as after completion. */
  get uploadId(): string | undefined {
    return this.#volume instanceof Volume ? this.#volume.uploadId : this.#toResume
  }

  /** Whether the whole stream is stored, also where the writer was destroyed while the last answer came. */
  get isStored(): boolean {
    return this.#isStored
  }

  /** How the upload is made. */
  get plan(): UploadPlan {
    return this.#transfer.plan
  }

  override _write(
    part: HashedPart,
    _encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ): void {
    this.#work(this.#accept(part), callback)
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#work(this.#finish(), callback)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#cancel.abort(error ?? undefined)
    this.#settle(error).then(callback, callback)
  }

  #work(work: Promise<void>, callback: (error?: Error | null) => void): void {
    this.#working = work.then(() => {
      callback()
    }, callback)
  }

  async #accept(part: HashedPart): Promise<void> {
    this.#check(part)
    let volume = this.#volume ?? (await this.#next())
    if (this.#isFull(volume)) {
      const { partSize, partsPerVolume, volumes } = this.plan
      if (!volumes) throw new TooManyPartsError(partSize, partsPerVolume)
      await this.#complete(volume, true)
      volume = await this.#next()
    }
    await volume.add(part)
    const isNearlyFull = volume.parts === Math.ceil(this.plan.partsPerVolume * NEARLY)
    if (isNearlyFull && this.#archives.length === 0) this.#warnOfFullness(volume.parts)
  }

  #check({ index, start, end }: Partial<HashedPart>): void {
    if (index === undefined || start === undefined || end === undefined) {
      throw new TypeError('The writer takes hashed parts: put hashParts() in front of it.')
    }
    const { partSize } = this.plan
    const length = end - start
    if (length > partSize) throw new PartBoundaryError(index, partSize, length)
    const before = index * partSize
    if (start !== before) throw new PartBoundaryError(index - 1, partSize, start - before + partSize)
  }

  #isFull(volume: Volume | StoredVolume): boolean {
    return volume instanceof StoredVolume ? volume.isFull : volume.parts === this.plan.partsPerVolume
  }

  /** The volume the stream goes on in: one an earlier run has stored, the one it had begun, or a new one. */
  async #next(): Promise<Volume | StoredVolume> {
    const number = this.#archives.length + 1
    const earlier = this.#resume.earlierVolumes?.[number - 1]
    if (earlier) return (this.#volume = new StoredVolume(earlier, this.#stored))
    const isFirstBegun = number === (this.#resume.earlierVolumes?.length ?? 0) + 1
    const before = isFirstBegun ? await this.#begunBefore() : undefined
    const firstVolume = this.#archives[0]?.archiveId
    const description =
      firstVolume === undefined || before
        ? this.#description
        : laterDescription(this.#archives[0]?.description, { volume: number, firstVolume })
    const place = { volume: number, firstVolume, offset: this.#stored, description }
    return (this.#volume = new Volume(this.#transfer, place, before, (error) => {
      this.destroy(error)
    }))
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

  async #finish(): Promise<void> {
    const isResumed = this.#toResume !== undefined || this.#resume.earlierVolumes !== undefined
    if (!this.#volume && !isResumed) throw new EmptyArchiveError()
    await this.#complete(this.#volume ?? (await this.#next()), false)
    this.#isStored = true
  }

  async #complete(volume: Volume | StoredVolume, more: boolean): Promise<void> {
    const archive = volume instanceof Volume ? await volume.complete(more) : volume.complete()
    this.#archives.push(archive)
    this.#stored += archive.size
    if (volume instanceof Volume) this.emit('archive', archive)
  }

  /** Waits for the ended requests, decides on the upload, and gives the error to tell. */
  async #settle(error: Error | null): Promise<Error | null> {
    const settled = new AbortController()
    const { retry, journal } = this.#transfer
    retry.clock.sleep(LAST_ANSWER, settled.signal).then(
      () => {
        this.#lastCancel.abort(error ?? undefined)
      },
      () => undefined, // all is over before
    )
    const volume = this.#volume instanceof Volume ? this.#volume : undefined
    await Promise.all([this.#working, volume?.settled()])
    settled.abort()
    const { uploadId } = this
    if (uploadId === undefined || error === null) return error
    const isGone = error instanceof UploadGoneError || error instanceof CompletionUnknownError
    const kept = !isGone && !(await this.#aborted(uploadId, volume?.completionSent === true))
    if (!kept) {
      this.#toResume = undefined
      volume?.forget()
      // Of one that may have become an archive the journal keeps what it has.
      if (!volume?.completionSent) await journal.ended(uploadId).catch(() => undefined) // the failure is worth telling, not this
    }
    return isGone || error.name === 'AbortError' ? error : new UploadFailedError(error, uploadId, kept)
  }

  async #aborted(uploadId: string, completionSent: boolean): Promise<boolean> {
    if (!this.#abortsOnFailure || completionSent) return false
    const { client, vault } = this.#transfer
    return client.abortUpload({ ...vault, uploadId }).then(
      () => true,
      () => false, // what failed the upload is worth telling, not this; the upload is reported as kept
    )
  }

  #warnOfFullness(parts: number): void {
    const { partsPerVolume, volumes } = this.plan
    const then = volumes ? 'the stream then goes on in another archive.' : 'the upload then fails.'
    const message = `${parts} of the ${partsPerVolume} parts this archive may have are used: ${then}`
    this.emit('warning', { code: 'NEARLY_FULL', message })
  }
}

/** Typed events: `on('part', (part) => …)` knows its part. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- overloads of what Writable has, nothing new
export interface ArchiveWriter {
  on<E extends keyof ArchiveWriterEvents>(event: E, listener: (...args: ArchiveWriterEvents[E]) => void): this
  on(event: string | symbol, listener: (...args: never[]) => void): this
  once<E extends keyof ArchiveWriterEvents>(
    event: E,
    listener: (...args: ArchiveWriterEvents[E]) => void,
  ): this
  once(event: string | symbol, listener: (...args: never[]) => void): this
}
