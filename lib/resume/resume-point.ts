/**
 * Where a stream is resumed: found once, before a byte of the source is read, from what a journal knows of an earlier run
 * and what the service says.
 *
 * - A completion whose answer is not known is sent again first, with the content of its intent and no other. Then the
 *   archive is stored, and the source is only compared with it.
 * - An upload that is gone ends with a record, but only where the account is known to be the same: in another account,
 *   every upload seems to be gone.
 */
import {
  CompletionRejectedError,
  CompletionUnknownError,
  IncompleteSetError,
  TreeHashMismatchError,
  UploadGoneError,
} from '../errors.js'
import { MIB } from '../sizes.js'
import type { OpenUpload } from '../store/archive-store.js'
import { volumeMarkOf } from '../glacier/volume-description.js'
import type { Archive } from '../store/archive.js'
import { complete, type CompletionTransfer } from '../upload/completion.js'
import { recorded, type CompletionIntent } from '../store/upload-journal.js'
import { findUpload } from '../upload/uploaded-parts.js'

/** What is known of an earlier run. */
export interface EarlierRun {
  /** The upload it had begun; `undefined` where it ended between two volumes. */
  readonly uploadId?: string | undefined
  /** The volumes that are stored, in order; default none. */
  readonly earlierVolumes?: readonly Archive[] | undefined
  /** Of the upload, where the journal knows it. */
  readonly partSize?: number | undefined
  /** Of the upload, where the journal knows it. */
  readonly description?: string | undefined
  /** The last completion that was sent, or about to be, and not rejected; default none. */
  readonly intent?: CompletionIntent | undefined
  /**
   * Whether the journal proves that no other content can have been stored: it has the upload from its beginning, and
   * this intent only. Default false: then an answer without a tree hash proves nothing unless the upload is seen open.
   */
  readonly isOnlyIntent?: boolean | undefined
  /** Whether completion was sent, or about to be, and it is not known with which content; default false. */
  readonly hasUnknownIntent?: boolean | undefined
  /** Whether the upload is known to be in the account that is asked; default false. */
  readonly isSameAccount?: boolean | undefined
}

/** Where a stream is resumed. */
export interface ResumePoint {
  /** The upload that is open; `undefined` where the next volume is not begun, or nothing is to be sent. */
  readonly uploadId: string | undefined
  /** Bytes in each part. */
  readonly partSize: number
  /** Of the open upload, or of the first volume, as the service keeps it. */
  readonly description: string | undefined
  readonly earlierVolumes: readonly Archive[]
  /** Whether the earlier volumes are the whole stream, and the source is only compared with them. */
  readonly isComplete: boolean
}

/** Why an upload cannot be resumed. */
export type UploadEnded = CompletionUnknownError | TreeHashMismatchError | UploadGoneError

/** What {@link findResumePoint} found. */
export type ResumeFinding =
  | {
      readonly point: ResumePoint
      /** Why the upload itself cannot be resumed; `undefined` where it can, or is stored. */
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
 * @throws {IncompleteSetError} `ERR_INCOMPLETE_SET`: the upload is of a later volume, and those before it are not known
 * @throws {NotRecordedError} `ERR_NOT_RECORDED`: an archive is stored and could not be recorded
 * @throws {LockLostError} `ERR_LOCK_LOST`: another process owns the upload
 * @throws as {@link Retry.run} where the service does not answer
 */
export async function findResumePoint(transfer: CompletionTransfer, run: EarlierRun): Promise<ResumeFinding> {
  const { uploadId, intent } = run
  if (uploadId === undefined) {
    const point = pointBehindVolumes(run)
    if (!point) throw new TypeError('The ID of an upload to resume is needed: uploadId.')
    return { point, ended: undefined, isStoredNow: false }
  }
  if (intent) {
    const stored = await repeatCompletion(transfer, uploadId, intent, run)
    if (stored === 'rejected') return findOpenUpload(transfer, uploadId, run)
    // Of another account, perhaps: a 404 proves nothing there.
    if (stored instanceof UploadGoneError) return { point: undefined, ended: stored, isStoredNow: false }
    if (stored instanceof Error) return { point: pointBehindVolumes(run), ended: stored, isStoredNow: false }
    const earlierVolumes = [...(run.earlierVolumes ?? []), stored]
    const { partSize, description } = stored
    const isComplete = !intent.hasNextVolume
    const point = { uploadId: undefined, partSize, description, earlierVolumes, isComplete }
    return { point, ended: undefined, isStoredNow: true }
  }
  return findOpenUpload(transfer, uploadId, run)
}

/** Where the stream continues behind the volumes that are stored; `undefined` where none is. */
function pointBehindVolumes({ earlierVolumes = [] }: EarlierRun): ResumePoint | undefined {
  const [first] = earlierVolumes
  if (!first) return undefined
  const { partSize, description } = first
  return { uploadId: undefined, partSize, description, earlierVolumes, isComplete: false }
}

async function findOpenUpload(
  transfer: CompletionTransfer,
  uploadId: string,
  run: EarlierRun,
): Promise<ResumeFinding> {
  const { earlierVolumes = [] } = run
  try {
    const { partSize, description } = await openUpload(transfer, uploadId)
    assertContinues(earlierVolumes, description)
    const point = { uploadId, partSize, description, earlierVolumes, isComplete: false }
    return { point, ended: undefined, isStoredNow: false }
  } catch (error) {
    if (!(error instanceof UploadGoneError)) throw error
    if (!run.isSameAccount) return { point: undefined, ended: error, isStoredNow: false }
    // Where completion was sent, it may be gone because it is an archive.
    await transfer.journal.closed(run.hasUnknownIntent ? 'unknown' : 'expired', uploadId)
    return { point: pointBehindVolumes(run), ended: error, isStoredNow: false }
  }
}

/** Of an upload that no journal knows, the description says which volume it is. */
function assertContinues(earlierVolumes: readonly Archive[], description: string | undefined): void {
  const mark = volumeMarkOf(description)
  if (!mark) return
  const missing: number[] = []
  for (let volume = earlierVolumes.length + 1; volume < mark.volume; volume++) missing.push(volume)
  if (missing.length > 0) throw new IncompleteSetError(mark.firstVolume, missing)
}

function openUpload(
  { client, retry, vault, signal }: CompletionTransfer,
  uploadId: string,
): Promise<OpenUpload> {
  return findUpload(client, retry, { ...vault, uploadId, signal })
}

/** The archive that the completion gave, now recorded; or why there is none. */
async function repeatCompletion(
  transfer: CompletionTransfer,
  uploadId: string,
  intent: CompletionIntent,
  run: EarlierRun,
): Promise<Archive | 'rejected' | UploadEnded> {
  const { vaultName } = transfer.vault
  const { earlierVolumes = [], isOnlyIntent = false, isSameAccount = false } = run
  const acceptsNoHash = isOnlyIntent || (await isOpen(transfer, uploadId))
  try {
    const { archiveId, location } = await complete(transfer, uploadId, intent, {
      sentBefore: true,
      acceptsNoHash,
      isSameAccount,
    })
    const { size, treeHash } = intent
    const partSize = run.partSize ?? smallestPartSize(intent.firstPart.size)
    const archive: Archive = {
      archiveId,
      vaultName,
      size,
      treeHash,
      partSize,
      parts: Math.ceil(size / partSize),
      description: run.description,
      location,
      volume: earlierVolumes.length + 1,
      firstVolume: earlierVolumes[0]?.archiveId,
    }
    await recorded(archiveId, transfer.journal.stored(archive, uploadId, intent.hasNextVolume))
    return archive
  } catch (error) {
    if (error instanceof CompletionRejectedError) return 'rejected'
    const isEnded =
      error instanceof CompletionUnknownError ||
      error instanceof UploadGoneError ||
      (error instanceof TreeHashMismatchError && error.scope === 'archive')
    if (isEnded) return error
    throw error
  }
}

async function isOpen(transfer: CompletionTransfer, uploadId: string): Promise<boolean> {
  return openUpload(transfer, uploadId).then(
    () => true,
    (error: unknown) => {
      if (error instanceof UploadGoneError) return false
      throw error
    },
  )
}

/** The smallest part size that holds a part: of several parts, all but the last are this long. */
function smallestPartSize(size: number): number {
  return MIB * 2 ** Math.max(0, Math.ceil(Math.log2(size / MIB)))
}
