/**
 * The end of an upload: a Writable of hashed parts that sends several at once and completes the archive in `final()`.
 *
 * - A part belongs to the writer from `_write` until its request settles. `_write` calls back when the next part could
 *   be sent at once, so the writer holds at most `concurrency` parts, and its source is held up by the network alone.
 * - The first part waits for a second: an archive of one part goes up in one UploadArchive request, and nothing is
 *   initiated for a source without a byte.
 * - Parts are checked against the part size as they come, since a wrong boundary shows at the service only when the
 *   upload is completed, perhaps a day later.
 * - `_destroy` ends all requests, waits until they have settled, and then keeps the upload or aborts it, as asked; never
 *   once completion was sent, for then the archive may exist.
 */
import { setMaxListeners } from 'node:events'
import type { GlacierClient } from '@aws-sdk/client-glacier'
import { EmptyArchiveError, PartBoundaryError, TooManyPartsError, UploadFailedError } from '../errors.js'
import { addAbortSignal, Writable } from '../stream.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import { NodeStack } from '../tree-hash/tree-hash.js'
import { encodeDescription } from '../vault/description.js'
import { MAX_PARTS } from '../vault/limits.js'
import { vaultClientOf } from '../vault/sdk-vault-client.js'
import type { StoredArchive, VaultClient } from '../vault/vault-client.js'
import type { Archive, UploadedPart } from './archive.js'
import { completeUpload, uploadPart, uploadWhole } from './part-uploader.js'
import { planUpload, type UploadPlan, type UploadPlanOptions } from './upload-plan.js'

/** Options of {@link archiveWriter}. */
export interface ArchiveWriterOptions extends Omit<UploadPlanOptions, 'expectedSize'> {
  readonly vaultName: string
  /** 12 digits; default the account of the credentials. */
  readonly accountId?: string | undefined
  /** Any text of at most 1,024 characters once encoded; see `encodeDescription`. Default: none. */
  readonly description?: string | undefined
  /** What becomes of a begun upload when something fails; default `'keep'`. */
  readonly onFailure?: 'keep' | 'abort' | undefined
  /** Ends the upload early: the writer is destroyed with an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

/** What an {@link ArchiveWriter} tells, besides a Writable's own events. */
export interface ArchiveWriterEvents {
  /** An upload was begun; its ID. */
  initiated: [uploadId: string]
  /** The service has taken a part and confirmed its tree hash. Parts may come out of order. */
  part: [part: UploadedPart]
  /** The service has stored an archive and confirmed its tree hash. */
  archive: [archive: Archive]
}

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
  readonly #client: VaultClient
  readonly #plan: UploadPlan
  readonly #vault: {
    readonly vaultName: string
    readonly accountId: string | undefined
    readonly signal: AbortSignal
  }
  readonly #description: string | undefined
  readonly #abortsOnFailure: boolean
  readonly #archives: Archive[] = []
  readonly #nodes = new NodeStack()
  readonly #inFlight = new Set<Promise<void>>()
  readonly #cancel = new AbortController()
  /** The `_write` or `_final` under way; never rejects. */
  #working = Promise.resolve()
  #held: HashedPart | undefined
  #size = 0
  #uploadId: string | undefined
  #completionSent = false

  constructor(client: GlacierClient | VaultClient, options: ArchiveWriterOptions) {
    super({ objectMode: true, highWaterMark: 1 })
    if (!options.vaultName || typeof options.vaultName !== 'string') {
      throw new TypeError('The name of a vault is needed: vaultName.')
    }
    this.#client = vaultClientOf(client)
    this.#plan = planUpload(options)
    this.#description = options.description ? encodeDescription(options.description) : undefined
    this.#abortsOnFailure = options.onFailure === 'abort'
    this.#vault = { vaultName: options.vaultName, accountId: options.accountId, signal: this.#cancel.signal }
    setMaxListeners(0, this.#cancel.signal) // one for each request under way, however many are asked for
    if (options.signal) addAbortSignal(options.signal, this)
  }

  /** What was stored; complete after `finish`. */
  get archives(): readonly Archive[] {
    return this.#archives
  }

  /** The ID of the upload that is open at the service; `undefined` where there is none, as after completion. */
  get uploadId(): string | undefined {
    return this.#uploadId
  }

  /** How the upload is made: bytes in each part, bytes of parts held at the most, parts sent at once at the most. */
  get plan(): UploadPlan {
    return this.#plan
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
    this.#nodes.push(Buffer.from(part.treeHash, 'hex'))
    this.#size = part.end
    if (part.index === 0) {
      this.#held = part
      return
    }
    const first = this.#held
    if (first) {
      this.#held = undefined
      await this.#initiate()
      this.#send(first)
      await this.#slot()
    }
    this.#cancel.signal.throwIfAborted()
    this.#send(part)
    await this.#slot()
  }

  #check({ index, start, end }: Partial<HashedPart>): void {
    if (index === undefined || start === undefined || end === undefined) {
      throw new TypeError('The writer takes hashed parts: put hashParts() in front of it.')
    }
    const { partSize } = this.#plan
    const length = end - start
    if (index === MAX_PARTS) throw new TooManyPartsError(partSize, MAX_PARTS)
    if (length > partSize) throw new PartBoundaryError(index, partSize, length)
    const before = index * partSize
    if (start !== before) throw new PartBoundaryError(index - 1, partSize, start - before + partSize)
  }

  async #initiate(): Promise<void> {
    const { partSize } = this.#plan
    this.#uploadId = await this.#client.initiateUpload({
      ...this.#vault,
      partSize,
      description: this.#description,
    })
    this.#cancel.signal.throwIfAborted() // destroyed while the request was under way; `#settle` has the ID now
    this.emit('initiated', this.#uploadId)
  }

  #send(part: HashedPart): void {
    const { index, start, end, treeHash } = part
    const sent = uploadPart(this.#client, this.#upload(), part)
      .finally(() => this.#inFlight.delete(sent))
      .then(() => {
        this.emit('part', { index, start, end, treeHash })
      })
      .catch((error: unknown) => {
        this.destroy(error as Error) // of the service, or of a listener
      })
    this.#inFlight.add(sent)
  }

  /** Waits until fewer requests than allowed are under way. */
  async #slot(): Promise<void> {
    while (this.#inFlight.size >= this.#plan.concurrency) await Promise.race(this.#inFlight)
  }

  async #finish(): Promise<void> {
    if (this.#nodes.count === 0) throw new EmptyArchiveError()
    const treeHash = this.#treeHash()
    const first = this.#held
    this.#held = undefined
    if (first) {
      this.#stored(
        await uploadWhole(this.#client, { ...this.#vault, description: this.#description }, first),
        treeHash,
      )
      return
    }
    await Promise.all(this.#inFlight)
    this.#cancel.signal.throwIfAborted() // a part has failed meanwhile
    this.#completionSent = true
    const stored = await completeUpload(this.#client, { ...this.#upload(), size: this.#size, treeHash })
    this.#uploadId = undefined
    this.#stored(stored, treeHash)
  }

  #stored({ archiveId, location }: StoredArchive, treeHash: string): void {
    const archive: Archive = {
      archiveId,
      vaultName: this.#vault.vaultName,
      size: this.#size,
      treeHash,
      partSize: this.#plan.partSize,
      parts: this.#nodes.count,
      description: this.#description,
      location,
    }
    this.#archives.push(archive)
    this.emit('archive', archive)
  }

  /** Waits for the ended requests, decides on the upload, and gives the error to tell. */
  async #settle(error: Error | null): Promise<Error | null> {
    await Promise.all([this.#working, ...this.#inFlight])
    this.#held = undefined
    const uploadId = this.#uploadId
    if (uploadId === undefined || error === null) return error
    const kept = !(await this.#aborted(uploadId))
    if (!kept) this.#uploadId = undefined
    return error.name === 'AbortError' ? error : new UploadFailedError(error, uploadId, kept)
  }

  async #aborted(uploadId: string): Promise<boolean> {
    if (!this.#abortsOnFailure || this.#completionSent) return false
    const { vaultName, accountId } = this.#vault
    return this.#client.abortUpload({ vaultName, accountId, uploadId }).then(
      () => true,
      () => false, // what failed the upload is worth telling, not this; the upload is reported as kept
    )
  }

  #upload(): { vaultName: string; accountId: string | undefined; signal: AbortSignal; uploadId: string } {
    return { ...this.#vault, uploadId: this.#uploadId as string } // set before the first part is sent
  }

  #treeHash(): string {
    return this.#nodes.root().toString('hex')
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
