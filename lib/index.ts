/**
 * Streams into and out of Amazon Glacier vaults.
 *
 * @packageDocumentation
 */
export {
  AbortError,
  AccessDeniedError,
  CatalogConflictError,
  CatalogError,
  CompletionRejectedError,
  CompletionUnknownError,
  ConnectionError,
  CredentialsError,
  EmptyArchiveError,
  GlacierPipeError,
  IncompleteSetError,
  InventoryError,
  JobFailedError,
  ListenerError,
  LocalFolderError,
  LockHeldError,
  LockLostError,
  NotFoundError,
  NotRecordedError,
  OutputFileError,
  PartBoundaryError,
  RepeatedMarkerError,
  ResumeMismatchError,
  RetriesExhaustedError,
  RetrievalRefusedError,
  ServiceError,
  SizeMismatchError,
  TooManyPartsError,
  TreeHashMismatchError,
  UploadFailedError,
  UploadGoneError,
  type CompletionUnknownContext,
  type CredentialsFailure,
  type ErrorContext,
  type OwnerDescription,
  type ServiceErrorDetails,
  type TreeHashScope,
} from './errors.js'
export { FileHasher, type FileHashOptions, type HashedFile } from './tree-hash/file-hasher.js'
export { hashParts, PartHasher, type HashedPart, type HashPartsOptions } from './tree-hash/hash-parts.js'
export { TreeHashStream, treeHash, type TreeHashStreamOptions } from './tree-hash/tree-hash-stream.js'
export {
  TreeHash,
  combineTreeHashes,
  computeChecksums,
  treeHashOf,
  type Checksums,
} from './tree-hash/tree-hash.js'
export type {
  EmitterEvents,
  EventArguments,
  EventName,
  ListenerMethod,
  NoArguments,
  ReadableEvents,
  TypedReadable,
  TypedWritable,
  WritableEvents,
} from './typed-events.js'
export type { ByteRange } from './vault/byte-range.js'
export { systemClock, type Clock } from './vault/clock.js'
export { decodeDescription, encodeDescription } from './vault/description.js'
export type { MemoryOptions, MemoryPlan } from './vault/memory-plan.js'
export { partSizeFor } from './vault/part-size.js'
export type { StuckWarning } from './vault/reported-retry.js'
export type { Retry, RetryNotice, RetryOptions } from './vault/retry.js'
export type {
  ClientCredentials,
  GlacierClientLike,
  GlacierClientSettings,
  Provided,
} from './vault/glacier-client-like.js'
export type { RequestOptions } from './vault/request-options.js'
export { glacierClient } from './vault/glacier-client.js'
export type { SdkVaultClient } from './vault/sdk-vault-client.js'
export { itemsOf } from './vault/paging.js'
export type {
  AccountRequest,
  ArchiveAddress,
  ArchiveRequest,
  CompleteRequest,
  InitiatedUpload,
  InitiateRequest,
  InventoryFilter,
  InventoryFormat,
  InventoryRequest,
  Job,
  JobOutput,
  JobRequest,
  JobsPage,
  JobsRequest,
  JobStartRequest,
  ListedPart,
  OpenUpload,
  OutputRequest,
  Page,
  PageRequest,
  PartRequest,
  PartsPage,
  RetrievalRequest,
  SendLimit,
  StoredArchive,
  Tier,
  UploadRequest,
  Vault,
  VaultClient,
  VaultRequest,
} from './vault/vault-client.js'
export type { Archive, UploadedPart, UploadWarning } from './upload/archive.js'
export { archiveWriter, ArchiveWriter } from './upload/archive-writer.js'
export type { ArchiveWriterEvents, ArchiveWriterOptions, ResumeOptions } from './upload/writer-options.js'
export type {
  BegunUpload,
  CompletionIntent,
  Content,
  MismatchedArchive,
  SendingIntent,
  UnknownContent,
  UploadEnd,
  UploadJournal,
} from './upload/journal.js'
export type { EarlierRun } from './upload/resume-point.js'
export type { UploadEvents } from './upload/transfer.js'
export { resumeUpload, type ResumeUploadOptions } from './upload/resume-upload.js'
export { PartMemory } from './upload/part-memory.js'
export { readParts, type FileDescriptor, type PieceMemory } from './upload/read-parts.js'
export { rechunk, Rechunk, type RechunkOptions } from './upload/rechunk.js'
export type { BlobSource, ByteChunk, ByteSource, ResponseSource } from './upload/byte-source.js'
export type { Bytes } from './source/bytes.js'
export type { NodeStream } from './source/node-source.js'
export type { WebStream, WebStreamReader } from './source/pulls.js'
export { uploadArchive, type Rechunker, type UploadArchiveOptions } from './upload/upload-archive.js'
export type { UploadPlan, UploadPlanOptions } from './upload/upload-plan.js'
export {
  inventory,
  InventoryReader,
  type InventoryOptions,
  type InventoryReaderEvents,
} from './retrieve/inventory.js'
export type { InventoryRow } from './retrieve/inventory-row.js'
export { retrieveToFile, type FollowReader } from './retrieve/retrieve-to-file.js'
export type { HeldRange, ReadyOutput } from './retrieve/verified-output.js'
export {
  archiveReader,
  ArchiveReader,
  type ArchiveReaderEvents,
  type ArchiveReaderOptions,
  type JobFinder,
  type JobFinderMeans,
  type ReadOptions,
} from './retrieve/archive-reader.js'
export type { PollDelays } from './retrieve/job.js'
export type { RetrievalSubject } from './retrieve/orders.js'
export {
  retrieveArchive,
  startRetrieval,
  type RetrievalOptions,
  type RetrieveArchiveOptions,
} from './retrieve/retrieve-archive.js'
export { Catalog, readCatalog } from './catalog/catalog.js'
export type { RecordOf, RecordType } from './catalog/read-catalog.js'
export {
  journalIn,
  type BegunFacts,
  type CatalogJournal,
  type MismatchedFacts,
  type SendingFacts,
  type StoredFacts,
  type StreamFacts,
} from './catalog/journal.js'
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
} from './catalog/record.js'
export type { ProcessIdentity } from './fs/process-identity.js'
export { unfinishedIn, type RecordedIntent, type Unfinished } from './catalog/unfinished.js'
