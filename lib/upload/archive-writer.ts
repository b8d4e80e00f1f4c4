/**
 * The end of an upload: a Writable of hashed parts that sends several at once and completes the archive in `final()`.
 *
 * - A part belongs to the writer from `_write` until its request settles. `_write` calls back when the next part could
 *   be sent at once, so the writer holds at most `concurrency` parts, and its source is held up by the network alone.
 * - `_destroy` ends all requests, waits until they have settled, and then keeps the upload or aborts it, as asked; never
 *   once completion was sent, for then the archive may exist. A request that stores an archive is given a few seconds
 *   more, so that its answer, the archive ID, is not thrown away.
 */
import { setMaxListeners } from 'node:events'
import type { GlacierClient } from '@aws-sdk/client-glacier'
import { CompletionUnknownError, UploadFailedError, UploadGoneError } from '../errors.js'
import { addAbortSignal, Writable } from '../stream.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import { AdaptiveConcurrency } from '../vault/concurrency.js'
import { encodeDescription } from '../vault/description.js'
import { emitOrDestroy } from '../vault/emit-or-destroy.js'
import { RateLimit } from '../vault/rate-limit.js'
import { Retry } from '../vault/retry.js'
import { vaultClientOf } from '../vault/sdk-vault-client.js'
import { stuckWarning } from '../vault/stuck-warning.js'
import type { VaultClient } from '../vault/vault-client.js'
import type { Archive } from './archive.js'
import { noJournal } from './journal.js'
import type { Transfer } from './transfer.js'
import { PartMemory } from './part-memory.js'
import { planUpload, type UploadPlan } from './upload-plan.js'
import { VolumeSequence } from './volume-sequence.js'
import type { ArchiveWriterEvents, ArchiveWriterOptions } from './writer-options.js'

/** Milliseconds a request that stores an archive is given when the writer is destroyed. */
const LAST_ANSWER = 5_000

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
  readonly #volumes: VolumeSequence
  readonly #abortsOnFailure: boolean
  readonly #cancel = new AbortController()
  readonly #lastCancel = new AbortController()
  /** The `_write` or `_final` under way; never rejects. */
  #working = Promise.resolve()
  constructor(client: GlacierClient | VaultClient, options: ArchiveWriterOptions) {
    super({ objectMode: true, highWaterMark: 1 })
    const { vaultName, accountId, onFailure = 'keep', limitRate, journal = noJournal } = options
    if (!vaultName || typeof vaultName !== 'string') {
      throw new TypeError('The name of a vault is needed: vaultName.')
    }
    if (!['keep', 'abort'].includes(onFailure)) {
      throw new RangeError(`What becomes of a failed upload is 'keep' or 'abort', not '${onFailure}'.`)
    }
    const description = options.description ? encodeDescription(options.description) : undefined
    this.#abortsOnFailure = onFailure === 'abort'
    const vaultClient = vaultClientOf(client)
    const plan = planUpload(options)
    const retry = new Retry(
      options,
      vaultClient,
      (notice) => {
        emitOrDestroy(this, 'retry', notice)
      },
      (notice) => {
        emitOrDestroy(this, 'warning', stuckWarning(notice))
      },
    )
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
        this.emit(event, ...told)
      },
    }
    this.#volumes = new VolumeSequence(this.#transfer, options, description, (error) => {
      this.destroy(error)
    })
    setMaxListeners(0, this.#cancel.signal) // several for each request under way, however many are asked for
    if (options.signal) addAbortSignal(options.signal, this)
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

  override _write(
    part: HashedPart,
    _encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ): void {
    this.#work(this.#volumes.add(part), callback)
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#work(this.#volumes.finish(), callback)
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

  /** Waits for the ended requests, but not for long, and then decides. */
  async #settle(error: Error | null): Promise<Error | null> {
    const settled = new AbortController()
    this.#transfer.retry.clock.sleep(LAST_ANSWER, settled.signal).then(
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

  /** Keeps or aborts the upload that is open, and gives the error to tell. */
  async #decide(error: Error | null): Promise<Error | null> {
    const { uploadId, completionSent } = this.#volumes
    if (uploadId === undefined || error === null) return error
    const isGone = error instanceof UploadGoneError || error instanceof CompletionUnknownError
    const kept = !isGone && (completionSent || !(await this.#aborted(uploadId)))
    if (!kept) {
      this.#volumes.forget()
      // Of one that may have become an archive the journal keeps what it has. The failure is worth telling, not another.
      if (!completionSent) await this.#transfer.journal.ended(uploadId).catch(() => undefined)
    }
    return isGone || error.name === 'AbortError' ? error : new UploadFailedError(error, uploadId, kept)
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
