/**
 * What is answered when something fails. An answer has no path of this machine, and no text of an error that may have
 * one: whoever runs the server is told the error itself.
 */
import { systemReason } from '../../fs/system-reason.js'
import { diskError } from '../disk/disk-error.js'
import { NO_CAPACITY, ApiError } from '../service/api-error.js'

/** What reading from, or writing to, a client that has hung up fails with. */
const HUNG_UP = new Set<string | undefined>(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'])

/** The fault for whatever was thrown: a fault's own, the disk's, or 500 as the service has it for a failure of its own. */
export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return diskError(error) ?? new ApiError(500, 'ServiceUnavailableException', messageOf(error))
}

function messageOf(error: unknown): string {
  if ((error as { code?: unknown }).code === 'ERR_LOCK_HELD')
    return 'Another process has been changing the same thing for too long. Try again.'
  return `The local vault failed: ${systemReason(error) ?? 'an internal error'}.`
}

/** Whether an error is a failure of the server: not a refusal, nor a client that has hung up. */
export function isServerFailure(error: unknown): error is Error {
  const { status, code } = apiErrorOf(error)
  return status >= 500 && code !== NO_CAPACITY && !HUNG_UP.has((error as NodeJS.ErrnoException).code)
}
