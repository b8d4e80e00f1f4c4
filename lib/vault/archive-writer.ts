/** A writer of hashed parts to a vault. */
import type { ArchiveStore } from '../store/archive-store.js'
import { encodeDescription } from '../glacier/description.js'
import { checkOptions } from '../options/check-options.js'
import { runtimeWith } from '../runtime/runtime.js'
import { noJournal } from '../store/upload-journal.js'
import { ArchiveWriter, type ArchiveWriterTask } from '../upload/archive-writer.js'
import type { ResumePoint } from '../upload/resume-point.js'
import { planUpload, type UploadPlan } from '../upload/upload-plan.js'
import {
  ARCHIVE_WRITER,
  type WriterFields,
  type ArchiveWriterOptions,
  type UploadSettings,
} from './upload-options.js'
import { targetStoreOf } from './upload-target.js'

/**
 * Makes a Writable of hashed parts that stores an archive in a vault, or several.
 *
 * @throws {TypeError} an unknown or missing option, or one of a wrong type
 * @throws {RangeError} an option out of range, or a description that is too long
 *
 * @example
 * ```ts
 * const writer = archiveWriter({ client, vaultName: 'backups', partSize })
 * await pipeline(source, rechunk(partSize), hashParts(), writer)
 * console.log(writer.archives[0].archiveId)
 * ```
 */
export function archiveWriter(options: ArchiveWriterOptions): ArchiveWriter {
  const checked = checkOptions<WriterFields>('archiveWriter', options, ARCHIVE_WRITER)
  const store = targetStoreOf('archiveWriter', checked)
  const plan = planOf(checked, store)
  const resumePoint = resumePointOf(checked, plan)
  return newWriter(checked, { store, plan, resumePoint, signal: checked.signal })
}

/**
 * Makes the writer of an upload. The description is that of the resume point if there is one.
 *
 * @param options - checked
 */
export function newWriter(
  options: Pick<
    UploadSettings,
    'description' | 'sourceSize' | 'onFailure' | 'journal' | 'retryFor' | 'limitRate' | 'clock'
  >,
  { store, plan, resumePoint, signal }: Pick<ArchiveWriterTask, 'store' | 'plan' | 'resumePoint' | 'signal'>,
): ArchiveWriter {
  const { retryFor, limitRate, sourceSize, onFailure = 'keep', journal = noJournal } = options
  return new ArchiveWriter({
    store,
    plan,
    resumePoint,
    description: resumePoint ? resumePoint.description : encodedDescription(options),
    sourceSize,
    runtime: runtimeWith(options.clock),
    journal,
    onFailure,
    retryFor,
    limitRate,
    signal,
  })
}

/** The plan of a new stream. */
export function planOf(options: UploadSettings, { limits }: ArchiveStore): UploadPlan {
  const { partSize, sourceSize, expectedSize = sourceSize } = options
  const { memory, concurrency, limitRate, maxArchiveSize, volumes } = options
  return planUpload(
    { partSize, expectedSize, memory, concurrency, limitRate, maxArchiveSize, volumes },
    limits,
  )
}

/** The plan of a stream that is resumed: the part size is that of the upload. */
export function resumedPlanOf(
  options: Pick<UploadSettings, 'memory' | 'concurrency' | 'limitRate' | 'maxArchiveSize' | 'volumes'>,
  { partSize }: ResumePoint,
  { limits }: Pick<ArchiveStore, 'limits'>,
): UploadPlan {
  const { memory, concurrency, limitRate, maxArchiveSize, volumes } = options
  return planUpload({ partSize, memory, concurrency, limitRate, maxArchiveSize, volumes }, limits)
}

function encodedDescription({ description }: Pick<UploadSettings, 'description'>): string | undefined {
  return description === undefined || description === '' ? undefined : encodeDescription(description)
}

/** The point from which the options say that a writer resumes; `undefined` for a new stream. */
function resumePointOf(options: WriterFields, { partSize }: UploadPlan): ResumePoint | undefined {
  const { uploadId, earlierVolumes, isComplete = false } = options
  if (uploadId === undefined && earlierVolumes === undefined) return undefined
  const description = encodedDescription(options)
  return { uploadId, partSize, description, earlierVolumes: earlierVolumes ?? [], isComplete }
}
