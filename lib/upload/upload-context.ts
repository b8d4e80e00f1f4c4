/** What all requests of one upload share. */
import { NotFoundError } from '../errors.js'
import type { AdaptiveConcurrency } from '../transfer/concurrency.js'
import type { Retry } from '../transfer/retry.js'
import type { SendLimit } from '../store/archive-store.js'
import type { VaultClient } from '../client/vault-client.js'
import type { Archive, UploadedPart, UploadWarning } from '../store/archive.js'
import type { UploadJournal } from '../store/upload-journal.js'
import type { PartMemory } from '../transfer/part-memory.js'
import type { UploadPlan } from './upload-plan.js'

/** What an upload tells of itself. */
export interface UploadEvents {
  /** An upload was begun at the service; its ID. */
  initiated: [uploadId: string]
  /** The service has taken a part and confirmed its tree hash. Parts may come out of order. */
  part: [part: UploadedPart]
  /** The service has stored an archive, its tree hash is confirmed, and it is in the journal. */
  archive: [archive: Archive]
  /** Something should be known, and fails nothing. */
  warning: [warning: UploadWarning]
}

/** What all requests of one upload share. */
export interface Transfer {
  readonly client: VaultClient
  readonly vault: { readonly vaultName: string; readonly accountId: string | undefined }
  readonly plan: UploadPlan
  readonly retry: Retry
  readonly concurrency: AdaptiveConcurrency
  readonly sendLimit: SendLimit | undefined
  /** Where a part's memory goes back to when the service has it. */
  readonly partMemory: PartMemory
  readonly journal: UploadJournal
  /** Fires when the upload is ended: nothing more is begun, and what can be stopped stops. */
  readonly signal: AbortSignal
  /** Fires a little later, for requests whose answer is worth waiting for: those that store an archive. */
  readonly lastSignal: AbortSignal
  readonly tell: <E extends keyof UploadEvents>(event: E, ...told: UploadEvents[E]) => void
}

/** Whether the service does not have the upload. A missing vault says nothing about the upload. */
export function isGone(error: unknown): boolean {
  return error instanceof NotFoundError && error.reason !== 'vault-not-found'
}
