/** The hint after a `put` that failed: the command that resumes it. */
import { ResumeMismatchError, ServiceError, TooManyPartsError, UploadFailedError } from '../../../errors.js'
import type { ArchiveWriter } from '../../../upload/archive-writer.js'
import { ResumableError } from '../../command-errors.js'
import type { PutOptions } from '../../commands/archives/put.js'
import { resumeCommand, type PutOperands } from './resume-command.js'

/** The error, with the command that resumes if an upload or stored volumes are left to resume. */
export function withResumeHint(
  error: unknown,
  writer: ArchiveWriter,
  operands: PutOperands,
  options: PutOptions,
): unknown {
  const { uploadId } = writer
  const cause = error instanceof UploadFailedError ? error.cause : error
  if (cause instanceof ResumeMismatchError) return withMismatchHint(error, uploadId, operands, options)
  const { outcome } = writer // set when the writer has closed, as it has here
  const isStoppedAndAborted = outcome?.state === 'aborted' && (error as Error).name === 'AbortError'
  const explained = isStoppedAndAborted
    ? new Error('Stopped. The upload is aborted. Its parts are deleted.', { cause: error })
    : error
  // A key that has no room for the number of the next volume: the same stream would fail again.
  if (outcome?.isResumable !== true || cause instanceof RangeError) return explained
  if (cause instanceof ServiceError && cause.reason === 'exists') {
    const replacing = resumeCommand(operands, uploadId, { ...options, overwrite: true })
    const advice = `The parts are kept. To replace the object, ${againWith(operands)}: ${replacing}`
    return new ResumableError(explained, advice, true)
  }
  // The same command would fail again: with --no-volumes the source does not fit.
  const isTooLong = cause instanceof TooManyPartsError
  const resumed = isTooLong ? { ...options, volumes: true } : options
  const how = isTooLong ? ' without --no-volumes, in another archive' : ''
  const command = resumeCommand(operands, uploadId, resumed)
  return new ResumableError(explained, `To resume${how}, ${againWith(operands)}: ${command}`)
}

function againWith({ command }: PutOperands): string {
  return command
    ? 'run the same command again, with your command in place of …'
    : 'pipe the same source in again'
}

/** The error about a source that does not match what was uploaded, with what to do. */
function withMismatchHint(
  error: unknown,
  uploadId: string | undefined,
  operands: PutOperands,
  options: PutOptions,
): ResumableError {
  const newUpload = 'To store the source as it is now, start a new upload: run put again without --upload-id.'
  const old =
    uploadId === undefined
      ? ''
      : ` To resume the old upload, ${operands.command ? 'run this with a command that gives the old output in place of …' : 'pipe in the old source'}: ${resumeCommand(operands, uploadId, options)}`
  return new ResumableError(error, newUpload + old)
}
