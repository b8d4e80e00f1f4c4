/**
 * The check that the volumes of an earlier run are still there. The objects of a bucket can be deleted and replaced by anyone,
 * and the source is compared only with the journal: without the check, the rest of a stream would be stored, and reported as
 * success, although its beginning is gone.
 */
import type { Archive } from '../store/archive.js'
import type { UploadContext } from '../upload/upload-context.js'

/**
 * Checks the volumes of a stream that is resumed, before a byte of its source is read. Nothing is checked in a store
 * that never replaces an archive.
 *
 * @throws {NotFoundError} `ERR_NOT_FOUND`: a volume is gone
 * @throws {ServiceError} `ERR_SERVICE`, reason `object-changed`: a volume was replaced
 * @throws as {@link Retry.run}
 */
export async function assertVolumesStored(
  { store, retry, signal }: Pick<UploadContext, 'store' | 'retry' | 'signal'>,
  volumes: readonly Archive[],
): Promise<void> {
  const check = store.assertStored?.bind(store)
  if (!check) return
  for (const { volume, size, hash } of volumes)
    await retry.run(() => check({ volume, size, hash, signal }), signal)
}
