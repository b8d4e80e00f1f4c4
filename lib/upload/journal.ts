/**
 * Where an upload writes down what it does, before it goes on: what a later run needs to resume it, and what its owner
 * needs to find the archive. The catalog is one. A call that rejects fails the upload.
 */
import type { Archive } from './archive.js'

/** An upload the service has begun. */
export interface BegunUpload {
  readonly uploadId: string
  readonly vaultName: string
  /** Bytes in each part but the last. */
  readonly partSize: number
  /** As the service keeps it. */
  readonly description: string | undefined
  /** The upload's path at the service. */
  readonly location: string | undefined
  /** Its place in the stream, from 1. */
  readonly volume: number
  /** The archive ID of the stream's first volume; `undefined` in that one itself. */
  readonly firstVolume: string | undefined
}

/** An archive that may exist without anybody knowing its ID. */
export interface PossibleOrphan {
  readonly vaultName: string
  /** Bytes. */
  readonly size: number
  /** Lowercase hex. */
  readonly treeHash: string
  readonly description: string | undefined
}

/** Takes notes of uploads. */
export interface UploadJournal {
  /** An upload was begun; nothing has been sent to it yet. */
  begun(upload: BegunUpload): Promise<void>
  /** All parts are there, and completion is about to be sent. */
  completing(uploadId: string): Promise<void>
  /**
   * An archive is stored. Success is reported only when this has resolved.
   *
   * @param uploadId - of the upload it came from; `undefined` where it went up in one request
   * @param more - whether the stream goes on in another volume
   */
  stored(archive: Archive, uploadId: string | undefined, more: boolean): Promise<void>
  /** The service has the upload no more: it was aborted, or is found to be gone. */
  ended(uploadId: string): Promise<void>
  /** A request that stores an archive may have been carried out, and no answer came. */
  orphaned(orphan: PossibleOrphan): Promise<void>
}

/** Takes none. */
export const noJournal: UploadJournal = {
  begun: () => Promise.resolve(),
  completing: () => Promise.resolve(),
  stored: () => Promise.resolve(),
  ended: () => Promise.resolve(),
  orphaned: () => Promise.resolve(),
}
