/** The answers of the local vault when its disk fails. */
import { isOverQuota, systemReason } from '../../fs/system-reason.js'
import { ApiError } from '../service/api-error.js'

/** Failures that do not pass by themselves: another attempt would only delay the message. */
const LASTING: ReadonlySet<string | undefined> = new Set([
  'EACCES',
  'EFBIG',
  'EIO',
  'ENODEV',
  'ENOSPC',
  'ENXIO',
  'EROFS',
])

/**
 * 507 with a code of our own, as the service has no such failure: clients, the SDKs included, do not repeat a request
 * that is answered with it. `undefined` for an error that is none of the disk's, or may pass.
 * The message has no path: whoever runs the server is told the error itself.
 */
export function diskError(error: unknown): ApiError | undefined {
  const reason = systemReason(error)
  if (reason === undefined) return undefined
  if (!LASTING.has((error as NodeJS.ErrnoException).code) && !isOverQuota(error)) return undefined
  const message = `The disk of the local vault failed: ${reason}`
  return new ApiError(507, 'LocalStorageException', message)
}
