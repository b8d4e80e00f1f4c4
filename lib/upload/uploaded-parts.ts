/**
 * What the service has of an upload that was begun before: parts by their place, in any pattern of holes.
 */
import { ResumeMismatchError, UploadGoneError } from '../errors.js'
import { combineTreeHashes } from '../tree-hash/tree-hash.js'
import type { ByteRange } from '../byte-range.js'
import type { Retry } from '../transfer/retry.js'
import { itemsOf } from '../store/paging.js'
import type { ListedPart, OpenUpload } from '../store/archive-store.js'
import type { UploadRequest, VaultClient } from '../client/vault-client.js'
import { isGone, type Transfer } from './upload-context.js'

/** The parts of an upload at the service. */
export class UploadedParts {
  readonly #byStart = new Map<number, ListedPart>()
  /** Where the last byte ends that was uploaded; 0 where none was. */
  readonly end: number

  constructor(parts: readonly ListedPart[]) {
    for (const part of parts) this.#byStart.set(part.start, part)
    this.end = parts.reduce((end, part) => Math.max(end, part.end), 0)
  }

  /** What the service has in this place: the same bytes, others, or none. */
  compare({ start, end, treeHash }: ByteRange & { readonly treeHash: string }): 'same' | 'other' | 'none' {
    const part = this.#byStart.get(start)
    if (!part) return 'none'
    return part.end === end && part.treeHash === treeHash ? 'same' : 'other'
  }

  /** How much it is and what it hashes to, in words. */
  get summary(): string {
    const parts = [...this.#byStart.values()].sort((a, b) => a.start - b.start)
    const size = parts.reduce((sum, part) => sum + part.end - part.start, 0)
    if (parts.length === 0) return 'no parts'
    return `${parts.length} parts, ${size} bytes of tree hash ${combineTreeHashes(parts.map((part) => part.treeHash))}`
  }
}

/** An upload that an earlier run has begun. */
export interface ResumedUpload {
  readonly uploadId: string
  /** The parts at the service. */
  readonly uploaded: UploadedParts
}

/**
 * Lists what the service has of an upload, all pages of it.
 *
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the upload has expired or is ended
 * @throws as {@link Retry.run}
 */
export async function listUploaded(
  { client, retry, vault, signal }: Pick<Transfer, 'client' | 'retry' | 'vault' | 'signal'>,
  uploadId: string,
): Promise<UploadedParts> {
  const request = { ...vault, uploadId, signal }
  const parts: ListedPart[] = []
  const pages = itemsOf((page) => retry.run(() => client.listParts({ ...request, ...page }), signal))
  try {
    for await (const part of pages) parts.push(part)
  } catch (error) {
    throw isGone(error) ? new UploadGoneError(uploadId, { cause: error }) : error
  }
  return new UploadedParts(parts)
}

/**
 * What an open upload was begun with.
 *
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the upload has expired or is ended
 * @throws as {@link Retry.run}
 */
export async function findUpload(
  client: VaultClient,
  retry: Retry,
  request: UploadRequest,
): Promise<OpenUpload> {
  try {
    const { upload } = await retry.run(() => client.listParts({ ...request, limit: 1 }), request.signal)
    return upload
  } catch (error) {
    throw isGone(error) ? new UploadGoneError(request.uploadId, { cause: error }) : error
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
