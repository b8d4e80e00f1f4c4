/** The error response for a failure of the disk. */
import { isOverQuota, systemReason } from '../../fs/system-reason.js'
import { ApiError } from '../service/api-error.js'

/** The codes of permanent failures: a retry would only delay the message. */
const PERMANENT_CODES: ReadonlySet<string | undefined> = new Set([
  'EACCES',
  'EFBIG',
  'EIO',
  'ENODEV',
  'ENOSPC',
  'ENXIO',
  'EROFS',
])

/**
 * The error response for a permanent failure of the disk: 507 with a code of our own, since the service has no such error.
 * Clients, including the SDKs, do not retry it. The message has no path; `onFailure` receives the error itself.
 *
 * @returns `undefined` if the error is not one of the disk, or may be temporary
 */
export function diskError(error: unknown): ApiError | undefined {
  const reason = systemReason(error)
  if (reason === undefined) return undefined
  if (!PERMANENT_CODES.has((error as NodeJS.ErrnoException).code) && !isOverQuota(error)) return undefined
  const message = `The disk of the local vault failed: ${reason}`
  return new ApiError(507, 'LocalStorageException', message)
}
