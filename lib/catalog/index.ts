/**
 * The catalog: a file that records each upload and each archive, so that an archive is found, and an upload resumed.
 *
 * @packageDocumentation
 */
export { Catalog, readCatalog, type CatalogOpenOptions } from './catalog.js'
export type { JournalOptions, StreamLock } from './journal.js'
export type {
  ArchiveRecord,
  BegunRecord,
  CatalogRecord,
  ClosedRecord,
  CompletingRecord,
  DeletedRecord,
  EndedRecord,
  MismatchedRecord,
  OrphanRecord,
  RecordedContent,
  RecordedHash,
  RecordOf,
  RecordType,
  RejectedRecord,
  SendingRecord,
} from './record.js'
export type { EarlierVolume } from './archive-of.js'
export { findUnfinishedUploads, type UnfinishedUpload } from './unfinished-uploads.js'
export type { ServiceAddress, VaultAddress } from './vault-address.js'
export type { ProcessIdentity } from '../runtime/process-identity.js'
export {
  CatalogConflictError,
  CatalogError,
  CatalogMirrorError,
  type MirrorFailureReason,
  LockHeldError,
  LockLostError,
  NotRecordedError,
  type OwnerDescription,
} from '../errors.js'
