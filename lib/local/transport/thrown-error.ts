/**
 * The error response for any error that was thrown. It has no path of this machine, and no message of an error that may
 * have one: only the option `onFailure` receives the error itself.
 */
import { systemReason } from '../../fs/system-reason.js'
import { diskError } from '../disk/disk-error.js'
import { NO_CAPACITY, ApiError } from '../service/api-error.js'

/** The codes of reading from, or writing to, a client that has closed the connection. */
const HUNG_UP = new Set<string | undefined>(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'])

/** The API error for any error: itself, that of a disk failure, or 500, which the service has for its own failures. */
export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return diskError(error) ?? new ApiError(500, 'ServiceUnavailableException', messageOf(error))
}

function messageOf(error: unknown): string {
  if ((error as { code?: unknown }).code === 'ERR_LOCK_HELD')
    return 'Another process has been changing the same thing for too long. Try again.'
  return `The local vault failed: ${systemReason(error) ?? 'an internal error'}.`
}

/** Whether an error is a failure of the server: neither a refusal, nor a client that has closed the connection. */
export function isServerFailure(error: unknown): error is Error {
  const { status, code } = apiErrorOf(error)
  return status >= 500 && code !== NO_CAPACITY && !HUNG_UP.has((error as NodeJS.ErrnoException).code)
}
