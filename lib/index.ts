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
} from './streams/typed-events.js'
export type { ByteRange } from './byte-range.js'
export { systemClock, type Clock } from './runtime/clock.js'
export { decodeDescription, encodeDescription } from './glacier/description.js'
export type { MemoryOptions, MemoryPlan } from './transfer/memory-plan.js'
export { partSizeFor } from './glacier/part-size.js'
export type { StuckWarning } from './transfer/reported-retry.js'
export type { Retry, RetryNotice, RetryOptions } from './transfer/retry.js'
export type {
  ClientCredentials,
  GlacierClientLike,
  GlacierClientSettings,
  Provided,
} from './client/glacier-client-like.js'
export type { RequestOptions } from './client/request-options.js'
export { glacierClient } from './client/glacier-client.js'
export type { SdkVaultClient } from './client/sdk/sdk-vault-client.js'
export { itemsOf } from './store/paging.js'
export type {
  AccountRequest,
  ArchiveAddress,
  ArchiveRequest,
  CompleteRequest,
  InitiateRequest,
  InventoryRequest,
  JobRequest,
  JobsRequest,
  JobStartRequest,
  OutputRequest,
  PartRequest,
  RetrievalRequest,
  UploadRequest,
  Vault,
  VaultClient,
  VaultRequest,
} from './client/vault-client.js'
export type {
  InitiatedUpload,
  ListedPart,
  OpenUpload,
  PartsPage,
  SendLimit,
  StoredArchive,
} from './store/archive-store.js'
export type {
  InventoryFilter,
  InventoryFormat,
  Job,
  JobOutput,
  JobsPage,
  Tier,
} from './store/retrieval-store.js'
export type { Page, PageRequest } from './store/pages.js'
export type { Archive, UploadedPart, UploadWarning } from './store/archive.js'
export { archiveStream, ArchiveStream } from './vault/archive-stream.js'
export { ArchiveUpload } from './vault/archive-upload.js'
export { archiveWriter } from './vault/archive-writer.js'
export { resumeUpload } from './vault/resume-upload.js'
export { uploadArchive } from './vault/upload-archive.js'
export type {
  ArchiveStreamOptions,
  ArchiveWriterOptions,
  ResumeUploadOptions,
  UploadArchiveOptions,
  UploadOptions,
} from './vault/upload-options.js'
export { ArchiveWriter, type ArchiveWriterEvents } from './upload/archive-writer.js'
export type { Archives, Rechunker, StageOptions } from './upload/send-source.js'
export type { WriterOutcome } from './upload/writer-outcome.js'
export type { TransferProgress } from './transfer/progress.js'
export type {
  BegunUpload,
  CompletionIntent,
  Content,
  MismatchedArchive,
  SendingIntent,
  UnknownContent,
  UploadEnd,
  UploadJournal,
} from './store/upload-journal.js'
export type { EarlierRun } from './resume/resume-point.js'
export type { UploadEvents } from './upload/upload-context.js'
export { PartMemory } from './transfer/part-memory.js'
export { readParts, type FileDescriptor, type PieceMemory } from './stages/read-parts.js'
export { rechunk, Rechunk, type RechunkOptions } from './stages/rechunk.js'
export type { BlobSource, ByteChunk, ByteSource, ResponseSource } from './stages/byte-source.js'
export type { Bytes } from './streams/bytes.js'
export type { NodeStream } from './streams/node-source.js'
export type { WebStream, WebStreamReader } from './streams/pulls.js'
export type { UploadPlan, UploadPlanOptions } from './upload/upload-plan.js'
export {
  inventory,
  InventoryReader,
  type InventoryOptions,
  type InventoryReaderEvents,
} from './inventory/inventory-reader.js'
export type { InventoryRow } from './inventory/inventory-row.js'
export { retrieveToFile, type FollowReader } from './retrieve/file/retrieve-to-file.js'
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
export type { PollDelays } from './retrieve/jobs/job.js'
export type { RetrievalSubject } from './retrieve/jobs/orders.js'
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
