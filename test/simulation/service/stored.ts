/** The content of the simulated service. The invariants compare it with what the processes reported and recorded. */
import type { ByteRange } from '../../../lib/byte-range.js'
import type { Caller, JobResponse, PartResponse } from './service.js'

/** An archive. It stays here after its deletion. */
export interface Archive extends Caller {
  readonly archiveId: string
  readonly bytes: Uint8Array
  /** The tree hash of the bytes. */
  readonly treeHash: string
  readonly description: string | undefined
  readonly createdMs: number
  /** The upload that became this archive; `undefined` if one request stored it. */
  readonly uploadId: string | undefined
  /** Whether the service stored other bytes than were sent. */
  readonly isDamaged: boolean
  deletedMs: number | undefined
}

/** A part of an upload. */
export interface Part extends PartResponse {
  readonly bytes: Uint8Array
  /** Whether the service stored other bytes than were sent. */
  readonly isDamaged: boolean
}

/** An upload. It stays here after its end. */
export interface Upload extends Caller {
  readonly uploadId: string
  readonly partSize: number
  readonly description: string | undefined
  readonly createdMs: number
  /** By the first byte. */
  readonly parts: Map<number, Part>
  /** The time of the last activity: of its beginning, or of the last part that was stored. */
  activeMs: number
  /** An upload that has expired is found to be so by the next request about it. */
  state: 'open' | 'completed' | 'aborted' | 'expired'
  /** The time of its end. */
  endedMs: number
  /** The archive that it became. */
  archive: Archive | undefined
  /** Whether a repeated completion or abort is not answered any more. */
  isForgotten: boolean
}

/** The inventory that a job retrieves. */
export interface Inventory {
  readonly takenMs: number
  readonly format: 'JSON' | 'CSV'
  readonly archives: readonly Archive[]
  readonly bytes: Uint8Array
}

/** A job. It stays here after its expiry. */
export interface Job extends Caller {
  readonly jobId: string
  readonly description: string | undefined
  readonly createdMs: number
  /** The time of its completion. */
  readonly completedMs: number
  readonly tier: JobResponse['tier']
  readonly content:
    { readonly archive: Archive; readonly range: ByteRange } | { readonly inventory: Inventory }
  isFailed: boolean
  /** Whether the output is gone; the job itself may be described and listed for longer. */
  hasLostOutput: boolean
  isExpired: boolean
}
