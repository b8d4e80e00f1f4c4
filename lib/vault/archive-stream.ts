/**
 * A Writable of plain bytes that stores them in a vault: the stages of an upload in one stream.
 *
 * - A chunk is passed to the stage that cuts parts, and the callback of its write is called when its bytes were copied:
 *   at most one chunk and the parts of the plan are held.
 * - The inner pipeline and this stream end together: an error of a stage destroys this stream, and destroying this stream
 *   destroys the writer, which decides the outcome of the upload.
 */
import { AbortError } from '../errors.js'
import { checkOptions } from '../options/check-options.js'
import type { Archive } from '../store/archive.js'
import { rechunk, type Rechunk } from '../stages/rechunk.js'
import { pipeline } from '../streams/node-streams.js'
import { forwardEvents } from '../streams/forward-events.js'
import type { NodeStream } from '../streams/node-source.js'
import { TypedWritable } from '../streams/typed-events.js'
import type { TransferProgress } from '../transfer/progress.js'
import { PartHasher } from '../tree-hash/hash-parts.js'
import type { ArchiveWriter, ArchiveWriterEvents } from '../upload/archive-writer.js'
import { endOf, withOutcome } from '../upload/send-source.js'
import { UPLOAD_EVENTS } from '../upload/upload-context.js'
import type { WriterOutcome } from '../upload/writer-outcome.js'
import type { UploadPlan } from '../upload/upload-plan.js'
import { newWriter, planOf } from './archive-writer.js'
import { targetStoreOf } from './upload-target.js'
import { ARCHIVE_STREAM, type StreamFields, type ArchiveStreamOptions } from './upload-options.js'

/**
 * Makes a Writable of bytes that stores an archive in a vault, or several if the stream is longer than an archive may be.
 *
 * Chunks are Buffers, typed arrays, DataViews, ArrayBuffers, and strings with the encoding that they are written with.
 * `finish` is emitted when the archive is stored and recorded; then `archives` has it.
 *
 * @throws {TypeError} an unknown or missing option, or one of a wrong type
 * @throws {RangeError} an option out of range, or a description that is too long
 *
 * @example
 * ```ts
 * const stream = archiveStream({ client, vaultName: 'backups' })
 * createReadStream('backup.tar').pipe(stream)
 * stream.on('finish', () => console.log(stream.archives[0].archiveId))
 * stream.on('error', (error) => console.error(error.message))
 * ```
 */
export function archiveStream(options: ArchiveStreamOptions): ArchiveStream {
  const checked = checkOptions<StreamFields>('archiveStream', options, ARCHIVE_STREAM)
  const store = targetStoreOf('archiveStream', checked)
  const { signal } = checked
  const writer = newWriter(checked, { store, plan: planOf(checked, store), resumePoint: undefined, signal })
  return new ArchiveStream(writer, checked.hashThreads)
}

/**
 * A Writable of bytes that ends in archives.
 *
 * If it fails after an upload was begun, the error is an `UploadFailedError` with the upload ID, or an `AbortError` with
 * it if the signal fired or `abort()` was called. Otherwise no upload is left at the service.
 */
export class ArchiveStream extends TypedWritable<ArchiveWriterEvents> {
  readonly #writer: ArchiveWriter
  readonly #cutter: Rechunk
  /** The inner pipeline; rejects with the error of this stream. */
  readonly #stages: Promise<void>

  /**
   * @param hashThreads - threads that hash a part; default 2
   * @internal
   */
  constructor(writer: ArchiveWriter, hashThreads: number | undefined) {
    super({ objectMode: true, highWaterMark: 1 })
    const { plan, partMemory: memory, partHashes: hashes } = writer
    this.#writer = writer
    this.#cutter = rechunk(plan.partSize, { memory })
    forwardEvents(writer, UPLOAD_EVENTS, (event, ...args) => {
      this.emit(event, ...args)
    })
    const ended = endOf(writer)
    const hashing = new PartHasher({ hashes, hashThreads }, writer.hashContext)
    this.#stages = pipeline(this.#cutter, hashing, writer).catch(async (error: unknown) => {
      throw withOutcome(error, writer, await ended)
    })
    this.#stages.catch((error: unknown) => {
      this.destroy(error as Error)
    })
    // The stage that cuts parts refuses streams that decode their bytes to text.
    this.on('pipe', (source: NodeStream) => this.#cutter.emit('pipe', source))
    this.on('unpipe', (source: NodeStream) => this.#cutter.emit('unpipe', source))
  }

  /** The archives that are stored; complete after `finish`. */
  get archives(): readonly Archive[] {
    return this.#writer.archives
  }

  /** The ID of the upload that is open at the service; `undefined` if none is, as after completion. */
  get uploadId(): string | undefined {
    return this.#writer.uploadId
  }

  /** Whether the whole stream is stored, also if it was destroyed while the last response arrived. */
  get isComplete(): boolean {
    return this.#writer.isComplete
  }

  /** The outcome of the upload; `undefined` until the stream has closed. */
  get outcome(): WriterOutcome | undefined {
    return this.#writer.outcome
  }

  /** The transfer as it stands, for a display that is updated by a timer. The event `progress` reports changes. */
  get progress(): TransferProgress {
    return this.#writer.progress
  }

  /** The plan of the upload. */
  get plan(): UploadPlan {
    return this.#writer.plan
  }

  /** Ends the upload early: the stream is destroyed with an `AbortError`, whose `cause` is the reason. */
  abort(reason?: unknown): void {
    this.destroy(new AbortError({ cause: reason }))
  }

  /** Sets the encoding of strings that are written without one; default UTF-8. */
  override setDefaultEncoding(encoding: BufferEncoding): this {
    super.setDefaultEncoding(encoding)
    this.#cutter.setDefaultEncoding(encoding)
    return this
  }

  /** @internal */
  override _write(chunk: unknown, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#cutter.write(chunk, encoding, (error) => {
      if (error) this.#stages.catch(callback)
      else callback()
    })
  }

  /** @internal */
  override _final(callback: (error?: Error | null) => void): void {
    this.#cutter.end()
    const failed = (): void => undefined // the error of the stages destroys this stream
    this.#stages.then(() => {
      callback()
    }, failed)
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#writer.destroy(error ?? undefined)
    this.#stages.then(
      () => {
        callback(error)
      },
      (failure: unknown) => {
        callback(error === null ? null : (failure as Error))
      },
    )
  }
}
