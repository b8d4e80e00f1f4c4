/**
 * The port by which an upload records its intents and results: what a later run needs to resume it, and its owner to
 * find the archive. A catalog implements it. Every call resolves when the record is on disk; a call that rejects fails
 * the upload.
 */
import { NotRecordedError } from '../errors.js'
import type { Archive } from './archive.js'

/** The size and hash of some bytes. */
export interface Content {
  /** Bytes. */
  readonly size: number
  /** The hash, by the algorithm of the store: in a vault the tree hash, lowercase hex. */
  readonly hash: string
}

/** An upload that the service has begun. */
export interface BegunUpload {
  /** The ID of the upload. */
  readonly uploadId: string
  /** The name of the vault. */
  readonly vaultName: string
  /** Bytes in each part but the last. */
  readonly partSize: number
  /** As the service keeps it. */
  readonly description: string | undefined
  /** The upload's path at the service. */
  readonly location: string | undefined
  /** The number of the volume, from 1. */
  readonly volume: number
  /** The archive ID of the stream's first volume; `undefined` in that volume itself. */
  readonly firstVolume: string | undefined
}

/** The content that a completion stores: it is sent again with this content and no other. */
export interface CompletionIntent extends Content {
  /** Random; `undefined` if the catalog of version 0.1 has the intent. */
  readonly intentId?: string | undefined
  /** The first part of the volume. */
  readonly firstPart: Content
  /** Whether the stream continues in another volume. */
  readonly hasNextVolume: boolean
}

/** The content that a request is about to store as an archive. No other run sends it again. */
export interface SendingIntent extends Content {
  /** Random. */
  readonly intentId: string
  /** The name of the vault. */
  readonly vaultName: string
  /** The description of the archive; `undefined` if it has none. */
  readonly description: string | undefined
  /** The number of the volume in its stream, from 1. */
  readonly volume: number
  /** The archive ID of the stream's first volume; `undefined` in the first one. */
  readonly firstVolume: string | undefined
}

/** An archive that the service stored with another hash than that of the bytes sent. */
export interface MismatchedArchive {
  /** The ID of the archive. */
  readonly archiveId: string
  /** The name of the vault. */
  readonly vaultName: string
  /** Bytes sent. */
  readonly size: number
  /** The hash of the response; `undefined` if it had none, or a later response may have another. */
  readonly hash: string | undefined
  /** The hash of the bytes sent. */
  readonly sentHash: string
  /** The ID of the upload; absent if the archive was sent in one request. */
  readonly uploadId?: string | undefined
  /** The ID of the `sending` intent; absent if the archive came from an upload. */
  readonly intentId?: string | undefined
}

/** The content of an archive that may exist, and its ID if a response has it without proof of the content. */
export interface UnknownContent extends Content {
  /** The ID of the archive, if the service named it. */
  readonly archiveId?: string | undefined
}

/** An intent that was not carried out. */
export interface RejectedIntent {
  /** The upload that was to be completed; absent for an archive sent in one request. */
  readonly uploadId?: string | undefined
  /** The ID of the intent; `undefined` for all intents to complete the upload. */
  readonly intentId?: string | undefined
}

/** The end of an upload that did not become an archive; see the catalog's records of the same names. */
export type UploadEnd = 'aborted' | 'expired' | 'superseded' | 'unknown'

/** Records uploads. */
export interface UploadJournal {
  /**
   * Checks that this process still owns the stream; called before each request that stores an archive or aborts an upload.
   *
   * @throws {LockLostError} `ERR_LOCK_LOST`: it does not
   */
  assertOwner(): Promise<void>
  /** An upload was begun; nothing has been sent to it yet. */
  begun(upload: BegunUpload): Promise<void>
  /** All parts are stored, and completion is about to be sent. */
  completing(uploadId: string, intent: CompletionIntent): Promise<void>
  /** An archive is about to be sent in one request. */
  sending(intent: SendingIntent): Promise<void>
  /**
   * An intent will never be carried out: the service refused its content, or no archive was stored in one request. Another
   * process may have recorded an intent for the same upload: that is not rejected.
   */
  rejected(intent: RejectedIntent): Promise<void>
  /**
   * An archive is stored. Success is reported only when this has resolved.
   *
   * @param uploadId - of the upload that became the archive; `undefined` if it was sent in one request
   * @param hasNextVolume - whether the stream continues in another volume
   * @param intentId - of the `sending` intent; `undefined` if the archive was an upload
   */
  stored(
    archive: Archive,
    uploadId: string | undefined,
    hasNextVolume: boolean,
    intentId?: string,
  ): Promise<void>
  /** The service stored an archive with another hash than that of the bytes sent. */
  mismatched(archive: MismatchedArchive): Promise<void>
  /**
   * An upload ended without an archive.
   *
   * @param uploadId - `undefined` if the stream ended between two volumes
   * @param content - of the archive that may exist; for `unknown`
   */
  closed(end: UploadEnd, uploadId: string | undefined, content?: UnknownContent): Promise<void>
}

/**
 * Waits for a record of an archive that the service has named.
 *
 * @throws {NotRecordedError} `ERR_NOT_RECORDED`: it cannot be written; the archive's ID is in the error
 */
export async function recorded(archiveId: string, recording: Promise<void>): Promise<void> {
  try {
    await recording
  } catch (error) {
    throw new NotRecordedError(archiveId, error)
  }
}

/** A journal that records nothing. */
export const noJournal: UploadJournal = {
  assertOwner: () => Promise.resolve(),
  begun: () => Promise.resolve(),
  completing: () => Promise.resolve(),
  sending: () => Promise.resolve(),
  rejected: () => Promise.resolve(),
  stored: () => Promise.resolve(),
  mismatched: () => Promise.resolve(),
  closed: () => Promise.resolve(),
}
