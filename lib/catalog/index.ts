/**
 * The catalog: a file that records each upload and each archive, so that an archive is found, and an upload resumed.
 *
 * @packageDocumentation
 */
export { Catalog, readCatalog } from './catalog.js'
export type { RecordOf, RecordType } from './read-catalog.js'
export {
  journalIn,
  type BegunFacts,
  type CatalogJournal,
  type MismatchedFacts,
  type SendingFacts,
  type StoredFacts,
  type StreamFacts,
} from './journal.js'
export type {
  ArchiveRecord,
  BegunRecord,
  CatalogRecord,
  ClosedRecord,
  CompletingRecord,
  ContentSummary,
  DeletedRecord,
  EndedRecord,
  MismatchedRecord,
  OrphanRecord,
  Place,
  RejectedRecord,
  SendingRecord,
  UploadOutcome,
  VaultPlace,
} from './record.js'
export { unfinishedIn, type RecordedIntent, type Unfinished } from './unfinished.js'
export type { ProcessIdentity } from '../fs/process-identity.js'
export {
  CatalogConflictError,
  CatalogError,
  LockHeldError,
  LockLostError,
  NotRecordedError,
  type OwnerDescription,
} from '../errors.js'
