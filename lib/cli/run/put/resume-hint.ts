/**
 * What to do after a `put` that failed: the command that resumes, where something is left to resume.
 */
import { ResumeMismatchError, TooManyPartsError, UploadFailedError } from '../../../errors.js'
import type { ArchiveWriter } from '../../../upload/archive-writer.js'
import { ResumableError } from '../../command-errors.js'
import type { PutOptions } from '../../commands/put.js'
import { resumeCommand } from './resume-notes.js'

/** What was put where. */
interface PutTarget {
  readonly vaultName: string
  readonly file: string | undefined
}

/** The error, with the command that resumes where something is left to resume. */
export function withResumeHint(
  error: unknown,
  writer: ArchiveWriter,
  { vaultName, file }: PutTarget,
  options: PutOptions,
): unknown {
  const { uploadId } = writer
  const cause = error instanceof UploadFailedError ? error.cause : error
  if (cause instanceof ResumeMismatchError)
    return withMismatchHint(error, uploadId, { vaultName, file }, options)
  const isKept = error instanceof UploadFailedError ? error.kept : uploadId !== undefined
  const isBetweenVolumes = uploadId === undefined && writer.archives.length > 0 && !writer.isStored
  if (!isKept && !isBetweenVolumes) return error
  const command = resumeCommand(vaultName, file, uploadId, options)
  // The same command would fail again: with --no-volumes the source does not fit.
  const how = cause instanceof TooManyPartsError ? ' without --no-volumes, in another archive' : ''
  return new ResumableError(error, `To continue${how}, pipe the same source in again: ${command}`)
}

/** What to do about a source that cannot continue what was uploaded. */
function withMismatchHint(
  error: unknown,
  uploadId: string | undefined,
  { vaultName, file }: PutTarget,
  options: PutOptions,
): ResumableError {
  const anew = 'To store the source as it is now, run put again without --upload-id: it starts a new upload.'
  const old =
    uploadId === undefined
      ? ''
      : ` To continue the old upload, pipe in the old source: ${resumeCommand(vaultName, file, uploadId, options)}`
  return new ResumableError(error, anew + old)
}
