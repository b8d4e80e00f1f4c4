/**
 * The exit code for the error that a command ended with, and the lines that explain the error.
 *
 * 0 success; 1 failure; 2 usage error; 3 failure that can be resumed, or the command of a `put` failed; 4 the bytes did not verify; 129, 130 and 143
 * stopped by SIGHUP, SIGINT and SIGTERM. Whether an upload is kept is read from the error: the writer decides it.
 */
import { constants } from 'node:os'
import {
  ServiceError,
  SizeMismatchError,
  SourceCommandError,
  TreeHashMismatchError,
  UploadFailedError,
  type ServiceErrorReason,
} from '../../errors.js'
import { systemReason } from '../../fs/system-reason.js'
import { ReportedError, ResumableError, UsageError } from '../command-errors.js'

/**
 * The exit code for an error.
 *
 * @param signal - the signal of the command: when it has fired, its reason determines the exit code
 */
export function exitCodeOf(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) return 128 + signalNumberOf(signal.reason)
  if (error instanceof UsageError) return 2
  if (error instanceof ResumableError || causeOf(error) instanceof SourceCommandError) return 3
  if (error instanceof UploadFailedError) return error.kept ? 3 : 1
  if (error instanceof TreeHashMismatchError || error instanceof SizeMismatchError) return 4
  return 1
}

function signalNumberOf(reason: unknown): number {
  const { signals } = constants
  return reason === 'SIGHUP' || reason === 'SIGTERM' ? signals[reason] : signals.SIGINT
}

/** The lines that explain an error: one, and a second one with the command that resumes. None if stderr has them already. */
export function explanationsOf(error: unknown): string[] {
  if (error instanceof ReportedError) return []
  return error instanceof ResumableError ? [explanationOf(error.cause), error.hint] : [explanationOf(error)]
}

function explanationOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { uploadId } = error as { readonly uploadId?: string }
  if (error.name === 'AbortError') {
    return uploadId ? `Stopped. The upload is kept: its ID is ${uploadId}.` : 'Stopped.'
  }
  if ((error as NodeJS.ErrnoException).code === 'EPIPE')
    return 'stdout was closed before everything was written.'
  const { path } = error as NodeJS.ErrnoException
  const reason = path === undefined ? undefined : systemReason(error)
  return reason === undefined ? error.message + hintFor(error) : `${path}: ${reason}`
}

/** The failure of an upload, without what became of the upload; any other error as it is. */
function causeOf(error: unknown): unknown {
  return error instanceof UploadFailedError ? error.cause : error
}

const CREDENTIALS_HINT =
  ' Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, --profile, or the AWS configuration.'

/** The hints for reasons about which the command has more to say than the library. */
const HINTS: Readonly<Partial<Record<ServiceErrorReason, string>>> = {
  'credentials-missing': CREDENTIALS_HINT,
  'credentials-unavailable': CREDENTIALS_HINT,
  'credentials-expired': CREDENTIALS_HINT,
  'credentials-rejected': CREDENTIALS_HINT,
  'signature-time': ' Check the clock of this machine.',
  'vault-not-empty':
    ' The service deletes a vault only if its last inventory is empty and nothing was written to it since. ' +
    'Empty the vault with: glacier-pipe empty NAME. Then wait about a day for the next inventory.',
  'vault-not-found': ' Create a vault with: glacier-pipe vault create NAME',
}

/** The hint on what to do about an error; empty if there is no more to say. */
function hintFor(error: Error): string {
  const cause = causeOf(error)
  const reason = cause instanceof ServiceError ? cause.reason : undefined
  return (reason && HINTS[reason]) ?? ''
}
