/**
 * The end of an upload: a Writable of hashed parts that sends several at once and completes the archive in `final()`.
 *
 * - A part belongs to the writer from `_write` until its request settles. `_write` calls back when the next part could
 *   be sent at once, so the writer holds at most `concurrency` parts and one more, and only the network slows its source.
 * - `_destroy` ends all requests, waits until they have settled, and then decides the outcome of the upload. A request
 *   that stores an archive is given a few seconds more, so that its response, the archive ID, is not lost.
 */
import { setMaxListeners } from 'node:events'
import { AbortError } from '../errors.js'
import type { Runtime } from '../runtime/runtime.js'
import type { ArchiveStore } from '../store/archive-store.js'
import type { Archive } from '../store/archive.js'
import type { UploadJournal } from '../store/upload-journal.js'
import { destroyOnAbort } from '../streams/caller-signal.js'
import { emitChecked, emitOrDestroy } from '../streams/emit-or-destroy.js'
import { TypedWritable, type WritableEvents } from '../streams/typed-events.js'
import { AdaptiveConcurrency } from '../transfer/concurrency.js'
import { PartMemory } from '../transfer/part-memory.js'
import { ProgressMeter, type TransferProgress } from '../transfer/progress.js'
import { RateLimit } from '../transfer/rate-limit.js'
import { reportedRetry } from '../transfer/reported-retry.js'
import type { HashContext, HashedPart } from '../tree-hash/hash-parts.js'
import type { HashPool } from '../tree-hash/hash-pool.js'
import type { PartHashKinds } from '../tree-hash/part-checksums.js'
import type { UploadContext, UploadEvents } from './upload-context.js'
import { endUpload, type WriterOutcome } from './writer-outcome.js'
import type { UploadPlan } from './upload-plan.js'
import { VolumeSequence, type StreamFacts } from './volume-sequence.js'

/** Milliseconds for which a request that stores an archive may continue after the writer is destroyed. */
const LAST_RESPONSE_MS = 5_000

/** The events of an {@link ArchiveWriter}. */
export interface ArchiveWriterEvents extends UploadEvents, WritableEvents {}

/** The dependencies and the task of an {@link ArchiveWriter}. */
export interface ArchiveWriterTask extends StreamFacts {
  readonly store: ArchiveStore
  /** The plan, made from the part size of the resume point if there is one. */
  readonly plan: UploadPlan
  readonly runtime: Runtime
  /** The workers that hash the parts; default those of the process. A simulation passes its own. */
  readonly hashPool?: HashPool | undefined
  /** Memory for parts of the part size of the plan; default memory of its own. A simulation passes its own. */
  readonly partMemory?: PartMemory | undefined
  readonly journal: UploadJournal
  /** Whether an upload that fails is kept or aborted. */
  readonly onFailure: 'keep' | 'abort'
  /** Milliseconds since the last success for which requests are repeated; `undefined` for the default. */
  readonly retryFor: number | undefined
  /** Maximum number of bytes sent per second; `undefined` for no limit. */
  readonly limitRate: number | undefined
  /** Ends the upload early, with an `AbortError`. */
  readonly signal: AbortSignal | undefined
}

/**
 * A Writable of {@link HashedPart}s that stores an archive, or several.
 *
 * After `finish`, `archives` lists what was stored. If it fails after an upload was begun, the error is an
 * `UploadFailedError` with the upload ID, or an `AbortError` with it. If another stage of the pipeline fails, or the
 * signal of Node's own `pipeline` fires, the pipeline rejects with that error, which has no upload ID: `uploadId` has it,
 * once the writer has closed.
 */
export class ArchiveWriter extends TypedWritable<ArchiveWriterEvents> {
  readonly #context: UploadContext
  readonly #volumes: VolumeSequence
  readonly #onFailure: 'keep' | 'abort'
  /**
   * The leaf size and the workers for the stage that hashes parts.
   *
   * @internal
   */
  readonly hashContext: HashContext
  readonly #cancel = new AbortController()
  readonly #lastCancel = new AbortController()
  /** The `_write` or `_final` in progress; never rejects. */
  #working = Promise.resolve()
  #outcome: WriterOutcome | undefined

  /**
   * @param task - checked by the caller
   * @internal
   */
  constructor(task: ArchiveWriterTask) {
    super({ objectMode: true, highWaterMark: 1 })
    const { store, plan, runtime, journal, retryFor, limitRate } = task
    const { partMemory = new PartMemory(plan.partSize) } = task
    const { clock, random } = runtime
    const report = (snapshot: TransferProgress): void => {
      emitOrDestroy(this, 'progress', snapshot)
    }
    const progress = new ProgressMeter(clock, report, task.sourceSize)
    this.#onFailure = task.onFailure
    this.hashContext = { leafSize: store.limits.leafSize, pool: task.hashPool }
    this.#context = {
      store,
      plan,
      retry: reportedRetry(this, { retryFor, clock }, store, progress),
      random,
      concurrency: new AdaptiveConcurrency(plan.concurrency),
      sendLimit: limitRate === undefined ? undefined : new RateLimit(limitRate, clock),
      partMemory,
      progress,
      journal,
      signal: this.#cancel.signal,
      lastSignal: this.#lastCancel.signal,
      emit: (event, ...args) => {
        emitChecked(this, event, ...args)
      },
    }
    this.#volumes = new VolumeSequence(this.#context, task, (error) => {
      this.destroy(error)
    })
    setMaxListeners(0, this.#cancel.signal) // several for each request in flight, whatever the concurrency
    destroyOnAbort(task.signal, this)
  }

  /** The archives that are stored; complete after `finish`. Those of earlier runs of a resumed stream are included. */
  get archives(): readonly Archive[] {
    return this.#volumes.archives
  }

  /** The ID of the upload that is open at the service; `undefined` if none is, as after completion. */
  get uploadId(): string | undefined {
    return this.#volumes.uploadId
  }

  /** Whether the whole stream is stored, also if the writer was destroyed while the last response arrived. */
  get isComplete(): boolean {
    return this.#volumes.isComplete
  }

  /** The outcome of the upload; `undefined` until the writer has closed. */
  get outcome(): WriterOutcome | undefined {
    return this.#outcome
  }

  /** The transfer as it stands, for a display that is updated by a timer. The event `progress` reports changes. */
  get progress(): TransferProgress {
    return this.#context.progress.progress
  }

  /** The plan of the upload. */
  get plan(): UploadPlan {
    return this.#context.plan
  }

  /** The hashes that the store needs of a part: for the stage before, as `hashParts({ hashes: writer.partHashes })`. */
  get partHashes(): PartHashKinds {
    return this.#context.store.hashes.partHashes
  }

  /**
   * Memory for parts, which is reused when the service has them: for the stage that cuts the stream, as
   * `rechunk(partSize, { memory: writer.partMemory })`. Other readers of those parts must have finished by then.
   */
  get partMemory(): PartMemory {
    return this.#context.partMemory
  }

  /** Ends the upload early: the writer is destroyed with an `AbortError`, whose `cause` is the reason. */
  abort(reason?: unknown): void {
    this.destroy(new AbortError({ cause: reason }))
  }

  /** @internal */
  override _write(
    part: HashedPart,
    _encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ): void {
    this.#work(() => this.#volumes.add(part), callback)
  }

  /** @internal */
  override _final(callback: (error?: Error | null) => void): void {
    const finish = async (): Promise<void> => {
      await this.#volumes.finish()
      this.#context.progress.finish()
    }
    this.#work(finish, callback)
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#cancel.abort(error ?? undefined)
    this.#settle(error).then(callback, callback)
  }

  /** The work is in progress before it begins: a client may end the writer while its request is made. */
  #work(work: () => Promise<void>, callback: (error?: Error | null) => void): void {
    let ended!: () => void // assigned below: a promise runs its executor at once
    this.#working = new Promise((resolve) => {
      ended = resolve
    })
    void work()
      .then(() => {
        callback()
      }, callback)
      .finally(ended)
  }

  /** Waits for the ended requests, but not for long, and decides the outcome. */
  async #settle(error: Error | null): Promise<Error | null> {
    const settled = new AbortController()
    this.#context.retry.clock.sleep(LAST_RESPONSE_MS, settled.signal).then(
      () => {
        this.#lastCancel.abort(error ?? undefined)
      },
      () => undefined, // everything has settled before
    )
    try {
      await Promise.all([this.#working, this.#volumes.settled()])
      const end = await endUpload(this.#context, this.#volumes, error, this.#onFailure)
      this.#outcome = end.outcome
      this.#context.progress.finish()
      return end.error
    } finally {
      settled.abort()
    }
  }
}
