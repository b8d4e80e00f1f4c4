/** The comparison of an archive with what the caller knows of it. */
import { HashMismatchError, SizeMismatchError } from '../errors.js'
import type { JobPlan } from './retrieval-plan.js'

/**
 * Checks that an archive has the size and hash that the caller knows: a service that returns other bytes states their hash,
 * and the bytes would match it.
 *
 * @param archive - its name in messages, as `archive of job ID`
 * @param found - as the service describes it
 * @throws {SizeMismatchError} `ERR_SIZE_MISMATCH`: it has another size
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`: it has another hash
 */
export function assertKnownContent(
  archive: string,
  { archiveSize, hash }: Pick<JobPlan, 'archiveSize' | 'hash'>,
  found: { readonly size: number; readonly hash: string | undefined },
): void {
  if (archiveSize !== undefined && found.size !== archiveSize)
    throw new SizeMismatchError(`The ${archive}`, archiveSize, found.size)
  if (hash === undefined || found.hash === undefined || found.hash === hash) return
  throw new HashMismatchError('archive', `the ${archive}, as the service describes it,`, hash, found.hash)
}
