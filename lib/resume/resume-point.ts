/**
 * The point at which a stream is resumed. It is found once, before a byte of the source is read, from the journal's
 * records of an earlier run and from the state of the upload at the service.
 *
 * - A completion whose response is not known is sent again first, with the content of its intent and no other. Then the
 *   archive is stored, and the source is only compared with it.
 * - An upload that is gone ends with a record, but only if the account is known to be the same: in another account,
 *   every upload seems to be gone.
 */
import {
  CompletionRejectedError,
  CompletionUnknownError,
  IncompleteSetError,
  HashMismatchError,
  UploadGoneError,
} from '../errors.js'
import type { ArchiveStore } from '../store/archive-store.js'
import type { Archive } from '../store/archive.js'
import type { StoreLimits } from '../store/limits.js'
import { recorded, type CompletionIntent } from '../store/upload-journal.js'
import { complete, type CompletionContext } from '../upload/completion.js'
import type { ResumePoint } from '../upload/resume-point.js'
import { findUpload } from '../upload/uploaded-parts.js'
import { assertVolumesStored } from './stored-volumes.js'

/** Facts about an earlier run. */
export interface EarlierRun {
  /** The upload that it had begun; `undefined` if it ended between two volumes. */
  readonly uploadId?: string | undefined
  /** The volumes that are stored, in order; default none. */
  readonly earlierVolumes?: readonly Archive[] | undefined
  /** The part size of the upload, if the journal or the caller knows it. */
  readonly partSize?: number | undefined
  /** The description of the upload, if the journal knows it. */
  readonly description?: string | undefined
  /** The last completion that was sent, or about to be, and not rejected; default none. */
  readonly intent?: CompletionIntent | undefined
  /**
   * Whether the journal proves that no other content can have been stored: it has the upload from its beginning, and
   * only this intent. Default false: then a response without a hash proves nothing unless the upload is seen open.
   */
  readonly isOnlyIntent?: boolean | undefined
  /** Whether completion was sent, or about to be, and it is not known with which content; default false. */
  readonly hasUnknownIntent?: boolean | undefined
  /** Whether the upload is known to be in the account in use; default false. */
  readonly isSameAccount?: boolean | undefined
}

/** The reason for which an upload cannot be resumed. */
export type UploadEnded = CompletionUnknownError | HashMismatchError | UploadGoneError

/** The result of {@link findResumePoint}. */
export type ResumeFinding =
  | {
      readonly point: ResumePoint
      /** The reason for which the upload itself cannot be resumed; `undefined` if it can, or is stored. */
      readonly ended: UploadEnded | undefined
      /** Whether the completion was sent again and the archive is stored. */
      readonly isStoredNow: boolean
    }
  | {
      /** Nothing is left to resume. */
      readonly point: undefined
      readonly ended: UploadEnded
      readonly isStoredNow: false
    }

/**
 * Finds where a stream is resumed.
 *
 * @throws {TypeError} neither an upload nor a volume is given
 * @throws {IncompleteSetError} `ERR_INCOMPLETE_SET`: the upload is of a later volume, and earlier volumes are not known
 * @throws {NotRecordedError} `ERR_NOT_RECORDED`: an archive is stored and could not be recorded
 * @throws {LockLostError} `ERR_LOCK_LOST`: another process owns the upload
 * @throws as {@link assertVolumesStored}: a volume of the earlier run is not there any more
 * @throws as {@link Retry.run} if the service does not respond
 */
export async function findResumePoint(context: CompletionContext, run: EarlierRun): Promise<ResumeFinding> {
  const finding = await findPoint(context, run)
  if (finding.point) await assertVolumesStored(context, finding.point.earlierVolumes)
  return finding
}

async function findPoint(context: CompletionContext, run: EarlierRun): Promise<ResumeFinding> {
  const { uploadId, intent } = run
  if (uploadId === undefined) {
    const point = pointAfterVolumes(run)
    if (!point) throw new TypeError('The ID of an upload to resume is needed: uploadId.')
    return { point, ended: undefined, isStoredNow: false }
  }
  if (intent) {
    const stored = await repeatCompletion(context, uploadId, intent, run)
    if (stored === 'rejected') return findOpenUpload(context, uploadId, run)
    // It may be of another account, where a 404 proves nothing.
    if (stored instanceof UploadGoneError) return { point: undefined, ended: stored, isStoredNow: false }
    if (stored instanceof Error) return { point: pointAfterVolumes(run), ended: stored, isStoredNow: false }
    const earlierVolumes = [...(run.earlierVolumes ?? []), stored]
    const { partSize, description } = stored
    const isComplete = !intent.hasNextVolume
    const point = { uploadId: undefined, partSize, description, earlierVolumes, isComplete }
    return { point, ended: undefined, isStoredNow: true }
  }
  return findOpenUpload(context, uploadId, run)
}

/** The point after the volumes that are stored; `undefined` if none is. */
function pointAfterVolumes({ earlierVolumes = [] }: EarlierRun): ResumePoint | undefined {
  const [first] = earlierVolumes
  if (!first) return undefined
  const { partSize, description } = first
  return { uploadId: undefined, partSize, description, earlierVolumes, isComplete: false }
}

async function findOpenUpload(
  context: CompletionContext,
  uploadId: string,
  run: EarlierRun,
): Promise<ResumeFinding> {
  const { earlierVolumes = [] } = run
  try {
    const found = await findUpload(context, uploadId)
    const { description = run.description } = found
    assertContinues(context.store, earlierVolumes, description)
    // All volumes of a stream have the same part size.
    const partSize = found.partSize ?? run.partSize ?? earlierVolumes[0]?.partSize
    if (partSize === undefined) throw new TypeError('The part size of the upload is needed: partSize.')
    const point = { uploadId, partSize, description, earlierVolumes, isComplete: false }
    return { point, ended: undefined, isStoredNow: false }
  } catch (error) {
    if (!(error instanceof UploadGoneError)) throw error
    if (!run.isSameAccount) return { point: undefined, ended: error, isStoredNow: false }
    // If completion was sent, it may be gone because it is an archive.
    await context.journal.closed(run.hasUnknownIntent ? 'unknown' : 'expired', uploadId)
    return { point: pointAfterVolumes(run), ended: error, isStoredNow: false }
  }
}

/** Checks that no volume is missing: the description of an upload that no journal knows has its position. */
function assertContinues(
  store: ArchiveStore,
  earlierVolumes: readonly Archive[],
  description: string | undefined,
): void {
  const mark = store.markIn(description)
  if (!mark) return
  const missing: number[] = []
  for (let volume = earlierVolumes.length + 1; volume < mark.volume; volume++) missing.push(volume)
  if (missing.length > 0) throw new IncompleteSetError(mark.firstVolume, missing)
}

/** Sends the completion again: the archive that is stored, now recorded, or the reason for which none is. */
async function repeatCompletion(
  context: CompletionContext,
  uploadId: string,
  intent: CompletionIntent,
  run: EarlierRun,
): Promise<Archive | 'rejected' | UploadEnded> {
  const { vaultName, limits } = context.store
  const { earlierVolumes = [], isOnlyIntent = false, isSameAccount = false } = run
  const acceptsNoHash = isOnlyIntent || (await isOpen(context, uploadId))
  try {
    const { archiveId, location, versionId } = await complete(context, uploadId, intent, {
      sentBefore: true,
      acceptsNoHash,
      isSameAccount,
    })
    const { size, hash } = intent
    const partSize = run.partSize ?? smallestPartSize(intent.firstPart.size, limits)
    const archive: Archive = {
      archiveId,
      vaultName,
      size,
      hash,
      partSize,
      parts: Math.ceil(size / partSize),
      description: run.description,
      location,
      volume: earlierVolumes.length + 1,
      firstVolume: earlierVolumes[0]?.archiveId,
      ...(versionId !== undefined && { versionId }),
    }
    await recorded(archiveId, context.journal.stored(archive, uploadId, intent.hasNextVolume))
    return archive
  } catch (error) {
    if (error instanceof CompletionRejectedError) return 'rejected'
    const isEnded =
      error instanceof CompletionUnknownError ||
      error instanceof UploadGoneError ||
      (error instanceof HashMismatchError && error.scope === 'archive')
    if (isEnded) return error
    throw error
  }
}

async function isOpen(context: CompletionContext, uploadId: string): Promise<boolean> {
  return findUpload(context, uploadId).then(
    () => true,
    (error: unknown) => {
      if (error instanceof UploadGoneError) return false
      throw error
    },
  )
}

/** The smallest part size that holds a part: of several parts, all but the last have this size. */
function smallestPartSize(size: number, { minPartSize }: StoreLimits): number {
  return minPartSize * 2 ** Math.max(0, Math.ceil(Math.log2(size / minPartSize)))
}
