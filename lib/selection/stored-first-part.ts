/** The first part of an unfinished upload at the service, by which a stream without a name is recognized. */
import type { UnfinishedUpload } from '../catalog/unfinished-uploads.js'
import { NotFoundError } from '../errors.js'
import type { Content } from '../store/upload-journal.js'
import type { Retry } from '../transfer/retry.js'
import { isSameAccount } from './earlier-run.js'
import type { StreamSelection } from './stream-selection.js'

/**
 * Requests the first part of an upload from the service.
 *
 * @returns `undefined` if there is no first part or it cannot be known; `gone` if the upload has expired for certain
 * @throws as {@link Retry.run}
 */
export async function storedFirstPart(
  { store, identity, signal }: Pick<StreamSelection, 'store' | 'identity' | 'signal'>,
  retry: Retry,
  { uploadId, ...candidate }: UnfinishedUpload,
): Promise<Content | 'gone' | undefined> {
  if (uploadId === undefined) return undefined
  try {
    const { items } = await retry.run(() => store.listParts({ uploadId, signal, limit: 1 }), signal)
    const [part] = items
    return part?.start === 0 ? { size: part.end, hash: part.hash } : undefined
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error
    return isSameAccount(candidate, identity) ? 'gone' : undefined
  }
}
