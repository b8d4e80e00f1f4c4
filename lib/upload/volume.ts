/** A volume of a stream, as the sequence of volumes handles it: stored by an earlier run, or open. */
import type { RecordedArchive } from '../store/archive.js'
import type { StorePart } from '../store/store-part.js'

/** The position of a volume in its stream, and what describes it. */
export interface VolumePosition {
  /** The number of the volume, from 1. */
  readonly volume: number
  /** The archive ID of the first volume; `undefined` in that volume itself. */
  readonly firstVolume: string | undefined
  /** Bytes of the stream before it. */
  readonly offset: number
  /** The description, as it is sent. */
  readonly description: string | undefined
}

/** A volume that takes the parts of a stream. */
export interface Volume {
  /** Whether an earlier run has stored it: its parts are only compared. */
  readonly isStored: boolean
  /** The number of parts added. */
  readonly parts: number
  /** Whether the next part belongs to another volume. */
  readonly isFull: boolean
  /** The upload that is open at the service; `undefined` if none is. */
  readonly uploadId: string | undefined
  /** Whether the archive may exist: then the upload must not be aborted. */
  readonly completionSent: boolean
  /** Takes the next part; resolves when another part could be sent. */
  add(part: StorePart): Promise<void>
  /**
   * Ends the volume.
   *
   * @param hasNextVolume - whether the stream continues in another volume
   * @returns the archive, recorded; its events are not emitted yet
   */
  complete(hasNextVolume: boolean): Promise<RecordedArchive>
  /** Resolves when no request of a part is in flight. */
  settled(): Promise<void>
  /** Forgets the upload, which is gone or aborted. */
  forget(): void
}
