/** The check of a key before a byte of the source is read: an object that exists is not overwritten. */
import type { UnfinishedUpload } from '../../../../catalog/unfinished-uploads.js'
import { ServiceError } from '../../../../errors.js'
import { systemFiles } from '../../../../runtime/system-files.js'
import type { Clock } from '../../../../runtime/clock.js'
import type { S3Store } from '../../../../s3/s3-store.js'
import { StreamCandidates } from '../../../../selection/stream-candidates.js'
import type { StreamIdentity } from '../../../../selection/stream-owner.js'
import { Retry, type RetryNotice } from '../../../../transfer/retry.js'

/** The key that a stream is about to be stored at. */
export interface KeyToCheck {
  readonly identity: StreamIdentity
  readonly catalogFile: string
  /** Whether an object may be replaced. */
  readonly overwrite: boolean
}

/** How the check is made. */
export interface KeyCheck {
  readonly resume?: boolean | undefined
  readonly uploadId?: string | undefined
  /** Milliseconds since the last success for which requests are repeated. */
  readonly retryFor?: number | undefined
  readonly clock?: Clock | undefined
  readonly signal: AbortSignal
  readonly onRetry: (notice: RetryNotice) => void
}

/**
 * Checks that no object of the key exists. The request also shows whether the bucket can be reached with these credentials, so
 * it is made with `--overwrite` too. Where an earlier run of the stream may have stored the object itself, nothing is checked
 * here: the store compares the object with what that run has sent.
 *
 * @param store - one that overwrites nothing
 * @throws {ServiceError} reason `exists`: there is an object
 * @throws as {@link Retry.run}
 */
export async function assertKeyFree(store: S3Store, key: KeyToCheck, check: KeyCheck): Promise<void> {
  if (await mayHaveStored(key, check)) return
  const { retryFor, clock, signal, onRetry } = check
  const retry = new Retry({ retryFor, clock }, store, onRetry)
  await retry
    .run(() => store.assertAbsent(signal), signal)
    .catch((error: unknown) => {
      if (!(key.overwrite && error instanceof ServiceError && error.reason === 'exists')) throw error
    })
}

/** Whether an earlier run of the stream that is resumed may have stored the object. */
async function mayHaveStored(
  { identity, catalogFile }: KeyToCheck,
  { resume, uploadId }: KeyCheck,
): Promise<boolean> {
  const candidates = new StreamCandidates(catalogFile, identity, systemFiles)
  if (uploadId !== undefined) {
    const found = await candidates.ofUpload(uploadId)
    return found === undefined || hasStored(found) // it may be stored, and the source is then only compared
  }
  return resume === true && (await candidates.list()).some(hasStored)
}

function hasStored({ intent, hasUnknownIntent, earlierVolumes }: UnfinishedUpload): boolean {
  return intent !== undefined || hasUnknownIntent || earlierVolumes.length > 0
}
