/**
 * Sends the parts of one volume to its upload, several at once.
 *
 * - In a resumed upload, parts are compared with those at the service: equal parts are not sent. A part that ends the
 *   source before the last byte that was uploaded is refused before it could replace a longer part.
 * - The last part that was sent or compared keeps the upload alive.
 */
import { toInclusive, type ByteRange } from '../byte-range.js'
import { HashMismatchError, type ResumeMismatchError } from '../errors.js'
import { invariant } from '../invariant.js'
import type { StorePart } from '../store/store-part.js'
import { KeepAlive } from './keep-alive.js'
import { uploadErrorOf, type UploadContext } from './upload-context.js'
import { endsEarly, type ResumedUpload } from './uploaded-parts.js'

/** The parts of a volume on their way to the service. */
export class PartSender {
  readonly #context: UploadContext
  readonly #offset: number
  readonly #uploaded: ResumedUpload['uploaded'] | undefined
  readonly #fail: (error: Error) => void
  readonly #inFlight = new Set<Promise<void>>()
  readonly #keepAlive: KeepAlive
  #differed = 0
  #uploadId: string | undefined

  /**
   * @param offset - bytes of the stream before the volume
   * @param resumed - the upload and its parts, if it is resumed
   * @param fail - called once for each part that could not be sent
   */
  constructor(
    context: UploadContext,
    offset: number,
    resumed: ResumedUpload | undefined,
    fail: (error: Error) => void,
  ) {
    this.#context = context
    this.#offset = offset
    this.#uploaded = resumed?.uploaded
    this.#uploadId = resumed?.uploadId
    this.#fail = fail
    this.#keepAlive = new KeepAlive(
      context.retry.clock,
      context.store.keepAliveMs,
      context.partMemory,
      (part) => this.#send(part),
    )
  }

  /** The end of the last part that an earlier run has uploaded, in the volume. */
  get uploadedEnd(): number {
    return this.#uploaded?.end ?? 0
  }

  /** Sets the upload, once it is begun. */
  begin(uploadId: string): void {
    this.#uploadId = uploadId
  }

  /**
   * Sends a part, unless the service has it. Resolves when the next part could be sent at once.
   *
   * @throws {ResumeMismatchError} the part ends the source before the last byte that was uploaded
   */
  async send(part: StorePart): Promise<void> {
    this.#sendUnlessUploaded(part)
    while (this.#inFlight.size >= this.#context.plan.concurrency) await Promise.race(this.#inFlight)
  }

  /**
   * Waits until all parts are sent, and warns if parts of an earlier run differed.
   *
   * @throws the reason of the signal if the upload was ended meanwhile, as by a part that could not be sent
   */
  async finish(): Promise<void> {
    await Promise.all(this.#inFlight)
    this.#context.signal.throwIfAborted()
    this.#keepAlive.stop()
    if (this.#differed > 0)
      this.#context.emit('warning', {
        code: 'PARTS_DIFFERED',
        message: `${this.#differed} of the parts uploaded before differ from the source as it is now, or have no hash at the service, and were sent again.`,
      })
  }

  /** Stops keeping the upload alive; resolves when no request is in flight. */
  async settled(): Promise<void> {
    this.#keepAlive.stop()
    await Promise.all(this.#inFlight)
  }

  /** The error of a source that ends after `size` bytes of the volume, before the last byte that was uploaded. */
  endsEarly(size: number): ResumeMismatchError {
    return endsEarly(this.#offset + size, this.#offset + this.uploadedEnd, this.#uploadId)
  }

  #sendUnlessUploaded(part: StorePart): void {
    const { start, end } = this.#rangeOf(part)
    const found = this.#uploaded?.compare({ start, end, hash: part.hash }) ?? 'none'
    if (found === 'same') {
      partDone(this.#context, part, true)
      this.#keepAlive.keep(part)
      return
    }
    const isLast = end - start < this.#context.plan.partSize
    if (isLast && end < this.uploadedEnd) throw this.endsEarly(end)
    if (found === 'other') this.#differed++
    void this.#send(part, () => {
      partDone(this.#context, part, false)
      this.#keepAlive.keep(part)
    })
  }

  /** Sends a part; the promise is fulfilled when the request has settled, also if it failed. */
  #send(part: StorePart, done: () => void = () => undefined): Promise<void> {
    const uploadId = this.#uploadId
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

  #rangeOf({ start, end }: StorePart): ByteRange {
    return { start: start - this.#offset, end: end - this.#offset }
  }
}

/**
 * Counts a part, and emits its event.
 *
 * @param skipped - whether the service had the part already
 */
export function partDone(
  { progress, concurrency, emit }: UploadContext,
  part: StorePart,
  skipped: boolean,
): void {
  const { index, start, end, hash } = part
  progress.partDone(end - start, skipped)
  emit('part', {
    index,
    start,
    end,
    hash,
    skipped,
    concurrency: concurrency.current,
  })
}

/**
 * Sends one part. A range that is sent again replaces the part that was there
 * (docs/glacier-protocol.md#multipart-uploads).
 *
 * @param range - the range of the part in the archive
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`: in each attempt, the service received other bytes than were sent
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the upload has expired or is ended
 * @throws as {@link Retry.run}
 */
async function sendPart(
  context: UploadContext,
  uploadId: string,
  range: ByteRange,
  part: StorePart,
): Promise<void> {
  const { store, plan, retry, concurrency, progress, signal, sendLimit } = context
  const { bytes, linearHash, hash } = part
  const index = range.start / plan.partSize
  const request = { uploadId, index, range, bytes, linearHash, hash, sendLimit, signal }
  const attempt = async (): Promise<void> => {
    const found = await progress.inFlight((onSent) => store.uploadPart({ ...request, onSent }))
    if (found === hash) return
    const where = `the part at bytes ${toInclusive(range)} at the service`
    throw new HashMismatchError('part', where, hash, found, { uploadId })
  }
  try {
    await retry.run(() => concurrency.run(attempt, signal), signal)
  } catch (error) {
    throw uploadErrorOf(error, uploadId)
  }
}
