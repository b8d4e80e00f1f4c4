/**
 * From the error a command ended with to its exit code and the one line that explains it.
 *
 * 0 done; 1 failed, nothing left behind; 2 usage; 3 failed, upload kept; 4 the bytes did not verify;
 * 129, 130 and 143 stopped by SIGHUP, SIGINT and SIGTERM.
 */
import { constants } from 'node:os'
import {
  CredentialsError,
  NotFoundError,
  ServiceError,
  SizeMismatchError,
  TreeHashMismatchError,
  UploadFailedError,
} from '../../errors.js'

/** The command was called in a way that cannot work. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A transfer failed, and can be resumed. */
export class ResumableError extends Error {
  override readonly name = 'ResumableError'
  /** What to do, as a sentence: `To continue, run the same again.` */
  readonly how: string

  constructor(cause: unknown, how: string) {
    super(explanationOf(cause), { cause })
    this.how = how
  }
}

/** Some of what was asked for failed, and stderr has a line about each: nothing more is to be said. */
export class ToldError extends Error {
  override readonly name = 'ToldError'
}

/** Runs a check of what the user gave: an argument the library refuses is a usage error. */
export function usage<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError)
      throw new UsageError(error.message, { cause: error })
    throw error
  }
}

/** The exit code for an error. */
export function exitCodeOf(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) return 128 + numberOf(signal.reason)
  if (error instanceof UsageError) return 2
  if (error instanceof ResumableError) return 3
  if (error instanceof UploadFailedError) return error.kept ? 3 : 1
  if (error instanceof TreeHashMismatchError || error instanceof SizeMismatchError) return 4
  return 1
}

function numberOf(reason: unknown): number {
  const { signals } = constants
  return reason === 'SIGHUP' || reason === 'SIGTERM' ? signals[reason] : signals.SIGINT
}

/** The lines that explain an error: one, and a second one where something can be resumed; none where all has been printed. */
export function explanationsOf(error: unknown): string[] {
  if (error instanceof ToldError) return []
  return error instanceof ResumableError ? [error.message, error.how] : [explanationOf(error)]
}

function explanationOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { uploadId } = error as { readonly uploadId?: string }
  if (error.name === 'AbortError') {
    return uploadId ? `Stopped. The upload is kept: its ID is ${uploadId}.` : 'Stopped.'
  }
  if ((error as NodeJS.ErrnoException).code === 'EPIPE')
    return 'stdout was closed before everything was written.'
  return error.message + adviceOn(error)
}

/** What to do about it, where the command knows more than the library. */
function adviceOn(error: Error): string {
  const cause = error instanceof UploadFailedError ? error.cause : error
  if (cause instanceof CredentialsError) {
    return ' Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, --profile, or the AWS configuration.'
  }
  if (cause instanceof ServiceError && cause.message.includes('Vault not empty or recently written to')) {
    return (
      ' The service deletes a vault once its last inventory found it empty and nothing was written since. ' +
      'Empty it with: glacier-pipe empty NAME; then wait a day or so for the next inventory.'
    )
  }
  const noVault = cause instanceof NotFoundError && cause.message.includes('Vault not found')
  return noVault ? ' Make a vault with: glacier-pipe vault create NAME' : ''
}
