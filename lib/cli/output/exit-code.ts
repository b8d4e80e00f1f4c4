/**
 * The exit code for the error that a command ended with, and the lines that explain the error.
 *
 * 0 success; 1 failure; 2 usage error; 3 failure that can be resumed, or the command of `put` failed; 4 the bytes did not
 * verify; 129, 130 and 143 stopped by SIGHUP, SIGINT and SIGTERM. Whether an upload is kept is read from the error: the
 * writer decides it.
 */
import { constants } from 'node:os'
import { SizeMismatchError, SourceCommandError, HashMismatchError, UploadFailedError } from '../../errors.js'
import { systemReason } from '../../fs/system-reason.js'
import { InterruptedError, ReportedError, ResumableError, UsageError } from '../command-errors.js'
import { withHint } from './hints.js'

/**
 * The exit code for an error.
 *
 * @param signal - the signal of the command: when it has fired, its reason determines the exit code
 */
export function exitCodeOf(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) return 128 + signalNumberOf(signal.reason)
  if (error instanceof InterruptedError) return 128 + constants.signals.SIGINT
  if (error instanceof UsageError) return 2
  if (error instanceof ResumableError && error.isLasting) return 1
  if (error instanceof ResumableError || causeOf(error) instanceof SourceCommandError) return 3
  if (error instanceof UploadFailedError) return error.kept ? 3 : 1
  if (isOfBytes(error instanceof ReportedError ? error.cause : error)) return 4
  return 1
}

/** Whether the bytes of an archive are wrong. */
export function isOfBytes(error: unknown): boolean {
  return error instanceof HashMismatchError || error instanceof SizeMismatchError
}

function signalNumberOf(reason: unknown): number {
  const { signals } = constants
  return reason === 'SIGHUP' || reason === 'SIGTERM' ? signals[reason] : signals.SIGINT
}

/**
 * The lines that explain an error: one, and a second one with the command that resumes. None if stderr has them already.
 *
 * @param quiet - whether a stop that leaves nothing to say is not mentioned
 */
export function explanationsOf(error: unknown, quiet = false): string[] {
  if (error instanceof ReportedError || (quiet && isPlainStop(error))) return []
  return error instanceof ResumableError ? [explanationOf(error.cause), error.hint] : [explanationOf(error)]
}

function explanationOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (isPlainStop(error)) return 'Stopped.'
  if (error.name === 'AbortError') return `Stopped. The upload is kept: its ID is ${uploadIdOf(error)}.`
  if ((error as NodeJS.ErrnoException).code === 'EPIPE')
    return 'stdout was closed before everything was written.'
  return systemText(error) ?? uploadFailureText(error) ?? withHint(error)
}

/** An error of the system in words; `undefined` for any other error. */
function systemText(error: unknown): string | undefined {
  const reason = systemReason(error)
  if (reason === undefined) return undefined
  // Node leaves the path out of errors of open files: the name of the system call says more than nothing.
  const { path, syscall } = error as NodeJS.ErrnoException
  return `${path ?? `The system call ${syscall as string} failed`}: ${reason}`
}

/** An upload that failed with an error of the system; `undefined` for any other error. */
function uploadFailureText(error: Error): string | undefined {
  if (!(error instanceof UploadFailedError)) return undefined
  const { cause, uploadId, kept } = error
  const text = systemText(cause)
  const outcome = kept ? `The upload is kept: its ID is ${uploadId}.` : `The upload ${uploadId} was aborted.`
  return text && `${text}. ${outcome}`
}

/** Whether a command was stopped, and no upload is kept. */
function isPlainStop(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError' && uploadIdOf(error) === undefined
}

function uploadIdOf(error: Error): string | undefined {
  return (error as { readonly uploadId?: string }).uploadId
}

/** The failure of an upload, without what became of the upload; any other error as it is. */
function causeOf(error: unknown): unknown {
  return error instanceof UploadFailedError ? error.cause : error
}
