/**
 * The end of an upload: a Writable of hashed parts that sends several at once and completes the archive in `final()`.
 *
 * - A part belongs to the writer from `_write` until its request settles. `_write` calls back when the next part could
 *   be sent at once, so the writer holds at most `concurrency` parts and one more, and its source is held up by the network alone.
 * - `_destroy` ends all requests, waits until they have settled, and then keeps the upload or aborts it, as asked; never
 *   once completion was sent, for then the archive may exist. A request that stores an archive is given a few seconds
 *   more, so that its answer, the archive ID, is not thrown away.
 */
import { setMaxListeners } from 'node:events'
import {
  CompletionUnknownError,
  LockLostError,
  ResumeMismatchError,
  TreeHashMismatchError,
  UploadFailedError,
  UploadGoneError,
} from '../errors.js'
import { checkOptions } from '../options/check-options.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import { TypedWritable } from '../streams/typed-events.js'
import { destroyOnAbort } from '../streams/caller-signal.js'
import { CLIENT } from '../client/client-rules.js'
import { AdaptiveConcurrency } from '../transfer/concurrency.js'
import { encodeDescription } from '../glacier/description.js'
import { emitChecked } from '../streams/emit-or-destroy.js'
import { RateLimit } from '../transfer/rate-limit.js'
import { reportedRetry } from '../transfer/reported-retry.js'
import { vaultClientOf } from '../client/glacier-client.js'
import type { GlacierClientLike } from '../client/glacier-client-like.js'
import type { VaultClient } from '../client/vault-client.js'
import type { Archive } from '../store/archive.js'
import { noJournal, type UploadEnd } from '../store/upload-journal.js'
import type { Transfer } from './upload-context.js'
import { PartMemory } from '../transfer/part-memory.js'
import { planUpload, type UploadPlan } from './upload-plan.js'
import { ARCHIVE_WRITER } from './upload-rules.js'
import { VolumeSequence } from './volume-sequence.js'
import type { ArchiveWriterEvents, ArchiveWriterOptions } from './writer-options.js'

/** Milliseconds a request that stores an archive is given when the writer is destroyed. */
const LAST_ANSWER_MS = 5_000

/**
 * A Writable of {@link HashedPart}s that ends in an archive ID.
 *
 * After `finish`, `writer.archives` lists what was stored. When it fails after an upload was begun, the error is an
 * `UploadFailedError` with the upload ID; where another stage failed, `writer.uploadId` says whether an upload is left.
 *
 * @param client - a `GlacierClient` of the caller's, of any version of the SDK, or any {@link VaultClient}
 * @throws {TypeError} no client, an unknown or missing option, or one of a wrong type
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
  client: GlacierClientLike | VaultClient,
  options: ArchiveWriterOptions,
): ArchiveWriter {
  return new ArchiveWriter(client, options)
}

/** What {@link archiveWriter} gives. */
export class ArchiveWriter extends TypedWritable<ArchiveWriterEvents> {
  readonly #transfer: Transfer
  readonly #volumes: VolumeSequence
  readonly #abortsOnFailure: boolean
  readonly #cancel = new AbortController()
  readonly #lastCancel = new AbortController()
  /** The `_write` or `_final` under way; never rejects. */
  #working = Promise.resolve()
  constructor(client: GlacierClientLike | VaultClient, given: ArchiveWriterOptions) {
    CLIENT(client, 'client', 'archiveWriter')
    const options = checkOptions('archiveWriter', given, ARCHIVE_WRITER)
    super({ objectMode: true, highWaterMark: 1 })
    const { vaultName, accountId, onFailure = 'keep', limitRate, journal = noJournal } = options
    const description = options.description ? encodeDescription(options.description) : undefined
    this.#abortsOnFailure = onFailure === 'abort'
    const vaultClient = vaultClientOf(client)
    const plan = planUpload(options)
    const retry = reportedRetry(this, options, vaultClient)
    this.#transfer = {
      client: vaultClient,
      vault: { vaultName, accountId },
      plan,
      retry,
      concurrency: new AdaptiveConcurrency(plan.concurrency),
      sendLimit: limitRate === undefined ? undefined : new RateLimit(limitRate, retry.clock),
      partMemory: new PartMemory(plan.partSize),
      journal,
      signal: this.#cancel.signal,
      lastSignal: this.#lastCancel.signal,
      tell: (event, ...told) => {
        emitChecked(this, event, ...told)
      },
    }
    this.#volumes = new VolumeSequence(this.#transfer, options, description, (error) => {
      this.destroy(error)
    })
    setMaxListeners(0, this.#cancel.signal) // several for each request under way, however many are asked for
    destroyOnAbort(options.signal, this)
  }

  /** What was stored; complete after `finish`. A resumed stream's has the volumes of earlier runs, too. */
  get archives(): readonly Archive[] {
    return this.#volumes.archives
  }

  /** The ID of the upload that is open at the service; `undefined` where there is none, as after completion. */
  get uploadId(): string | undefined {
    return this.#volumes.uploadId
  }

  /** Whether the whole stream is stored, also where the writer was destroyed while the last answer came. */
  get isStored(): boolean {
    return this.#volumes.isStored
  }

  /** How the upload is made. */
  get plan(): UploadPlan {
    return this.#transfer.plan
  }

  /**
   * Memory for parts, which is used again when the service has them: for the stage that cuts the stream, as
   * `rechunk(partSize, { memory: writer.partMemory })`. Whoever else reads those parts must be done with them by then.
   */
  get partMemory(): PartMemory {
    return this.#transfer.partMemory
  }

  /** @internal */
  override _write(
    part: HashedPart,
    _encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ): void {
    this.#work(this.#volumes.add(part), callback)
  }

  /** @internal */
  override _final(callback: (error?: Error | null) => void): void {
    this.#work(this.#volumes.finish(), callback)
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#cancel.abort(error ?? undefined)
    this.#settle(error).then(callback, callback)
  }

  #work(work: Promise<void>, callback: (error?: Error | null) => void): void {
    this.#working = work.then(() => {
      callback()
    }, callback)
  }

  /** Waits for the ended requests, but not for long, and then decides. */
  async #settle(error: Error | null): Promise<Error | null> {
    const settled = new AbortController()
    this.#transfer.retry.clock.sleep(LAST_ANSWER_MS, settled.signal).then(
      () => {
        this.#lastCancel.abort(error ?? undefined)
      },
      () => undefined, // all is over before
    )
    try {
      await Promise.all([this.#working, this.#volumes.settled()])
      return await this.#decide(error)
    } finally {
      settled.abort()
    }
  }

  /** Keeps or aborts the upload that is open, records its end where it has one, and gives the error to tell. */
  async #decide(error: Error | null): Promise<Error | null> {
    if (this.writableFinished) return error // the stream is stored
    const { uploadId, completionSent, isContinued } = this.#volumes
    if (error instanceof ResumeMismatchError && (uploadId !== undefined || isContinued))
      await this.#recordEnd('superseded', uploadId)
    if (uploadId === undefined) return error
    if (this.#isGone(error)) {
      if (error instanceof UploadGoneError && this.#volumes.hasSeenUpload)
        await this.#recordEnd('expired', uploadId)
      this.#volumes.forget()
      return error
    }
    // Of an upload that may be an archive, or is another process's, nothing is aborted.
    const kept = completionSent || error instanceof LockLostError || !(await this.#aborted(uploadId))
    if (!kept) {
      this.#volumes.forget()
      await this.#recordEnd('aborted', uploadId)
    }
    return error === null || error.name === 'AbortError'
      ? error
      : new UploadFailedError(error, uploadId, kept)
  }

  /** Whether the upload is no longer open: expired, or probably or certainly an archive. */
  #isGone(error: Error | null): boolean {
    const isWrongArchive = error instanceof TreeHashMismatchError && error.scope === 'archive'
    return error instanceof UploadGoneError || error instanceof CompletionUnknownError || isWrongArchive
  }

  async #recordEnd(end: UploadEnd, uploadId: string | undefined): Promise<void> {
    await this.#transfer.journal.closed(end, uploadId).catch(() => undefined) // the error at hand is worth more
  }

  async #aborted(uploadId: string): Promise<boolean> {
    if (!this.#abortsOnFailure) return false
    const { client, vault, lastSignal: signal } = this.#transfer
    return client.abortUpload({ ...vault, uploadId, signal }).then(
      () => true,
      () => false, // what failed the upload is worth telling, not this; the upload is reported as kept
    )
  }
}
