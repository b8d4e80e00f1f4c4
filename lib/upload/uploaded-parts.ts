/**
 * The parts that the service has of an upload that was begun before, with any pattern of gaps.
 */
import { ResumeMismatchError } from '../errors.js'
import { combined, type HashScheme } from '../store/hash-scheme.js'
import { endlessList, itemsOf } from '../store/paging.js'
import type { FoundUpload, ListedPart } from '../store/archive-store.js'
import { uploadErrorOf, type UploadContext } from './upload-context.js'

/** The parts of an upload at the service. */
export class UploadedParts {
  readonly #hashes: HashScheme
  readonly #byStart = new Map<number, ListedPart>()
  /** The end of the last byte that was uploaded; 0 if none was. */
  readonly end: number

  constructor(hashes: HashScheme, parts: readonly ListedPart[]) {
    this.#hashes = hashes
    for (const part of parts) this.#byStart.set(part.start, part)
    this.end = parts.reduce((end, part) => Math.max(end, part.end), 0)
  }

  /** Whether the service has the same part at this range, another part, or none. */
  compare({ start, end, hash }: ListedPart): 'same' | 'other' | 'none' {
    const part = this.#byStart.get(start)
    if (!part) return 'none'
    return part.end === end && part.hash === hash ? 'same' : 'other'
  }

  /** The size and hash of the parts, in words. */
  get summary(): string {
    const parts = [...this.#byStart.values()].sort((a, b) => a.start - b.start)
    const size = parts.reduce((sum, part) => sum + part.end - part.start, 0)
    if (parts.length === 0) return 'no parts'
    const hashes = parts.map(({ hash }) => hash)
    const hash = hashes.includes('') ? 'a hash that is not known' : `hash ${combined(this.#hashes, hashes)}`
    return `${parts.length} parts, ${size} bytes of ${hash}`
  }
}

/** An upload that an earlier run has begun. */
export interface ResumedUpload {
  readonly uploadId: string
  /** The parts at the service. */
  readonly uploaded: UploadedParts
}

/** The part of an upload's context that listing its parts needs. */
type ListingContext = Pick<UploadContext, 'store' | 'retry' | 'signal'>

/**
 * Lists all parts that the service has of an upload.
 *
 * @param partSize - bytes, if they are known
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the upload has expired or is ended
 * @throws {ServiceError} `ERR_SERVICE`, service code `EndlessList`: there are more parts than an upload can have
 * @throws as {@link Retry.run}
 */
export async function listUploaded(
  { store, retry, signal }: ListingContext,
  uploadId: string,
  partSize?: number,
): Promise<UploadedParts> {
  const parts: ListedPart[] = []
  const { maxParts } = store.limits
  const pages = itemsOf((page) =>
    retry.run(() => store.listParts({ uploadId, partSize, signal, ...page }), signal),
  )
  try {
    for await (const part of pages) {
      // All parts are held: a list of another server must not fill the memory.
      if (parts.length === maxParts) throw endlessList(`an upload has at most ${maxParts} parts`)
      parts.push(part)
    }
  } catch (error) {
    throw uploadErrorOf(error, uploadId)
  }
  return new UploadedParts(store.hashes, parts)
}

/**
 * Finds an open upload, with the part size and the description that it was begun with, if the store knows them.
 *
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the upload has expired or is ended
 * @throws as {@link Retry.run}
 */
export async function findUpload(
  { store, retry, signal }: ListingContext,
  uploadId: string,
): Promise<FoundUpload> {
  try {
    const { upload } = await retry.run(() => store.listParts({ uploadId, signal, limit: 1 }), signal)
    return upload
  } catch (error) {
    throw uploadErrorOf(error, uploadId)
  }
}

/** The error for a source that ends before the last byte that was uploaded; both in bytes of the stream. */
export function endsEarly(
  size: number,
  uploadedEnd: number,
  uploadId: string | undefined,
): ResumeMismatchError {
  return new ResumeMismatchError(size, uploadedEnd, `the source ends at ${size}.`, { uploadId })
}
