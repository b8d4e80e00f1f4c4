/**
 * Streams into and out of Amazon Glacier vaults.
 *
 * `glacier-pipe/tree-hash`, `glacier-pipe/catalog` and `glacier-pipe/local` export the rest. Classes whose objects are
 * made by a function are exported as types alone. All errors are exported here, also those of the other entry points: callers branch on
 * their classes.
 *
 * @packageDocumentation
 */

// Upload
export { archiveStream, type ArchiveStream } from './vault/archive-stream.js'
export { archiveWriter } from './vault/archive-writer.js'
export { resumeUpload } from './vault/resume-upload.js'
export { uploadArchive } from './vault/upload-archive.js'
export type { ArchiveUpload } from './vault/archive-upload.js'
export type {
  ArchiveStreamOptions,
  ArchiveWriterOptions,
  ResumeUploadOptions,
  UploadArchiveOptions,
  UploadOptions,
  UploadSettings,
  WriterSettings,
} from './vault/upload-options.js'
export type { RetrievalSource, StoreTarget, UploadTarget, VaultTarget } from './vault/upload-target.js'
export type { HashScheme, ByteHasher, PartHashes } from './store/hash-scheme.js'
export type { StoreLimits } from './store/limits.js'
export type {
  ArchiveStore,
  FoundUpload,
  StoreArchiveRequest,
  StoreCompleteRequest,
  StoreInitiateRequest,
  StorePartRequest,
  StorePartsRequest,
  StoreRequest,
  StoreUploadRequest,
  StoreVolumeRequest,
  VolumeMark,
} from './store/archive-store.js'
export type { EarlierRun } from './resume/resume-point.js'
export type { ArchiveWriter, ArchiveWriterEvents } from './upload/archive-writer.js'
export type { Archives, Rechunker, StageOptions } from './upload/send-source.js'
export type { WriterOutcome } from './upload/writer-outcome.js'
export type { UploadEvents } from './upload/upload-context.js'
export type { UploadPlan, UploadPlanOptions } from './upload/upload-plan.js'
export type { Archive, UploadedPart, UploadWarning } from './store/archive.js'
export type {
  BegunUpload,
  CompletionIntent,
  Content,
  MismatchedArchive,
  RejectedIntent,
  SendingIntent,
  UnknownContent,
  UploadEnd,
  UploadJournal,
} from './store/upload-journal.js'

export { fromCommand, type CommandSource, type FromCommandOptions } from './stages/command-source.js'

// The stages of an upload, for pipelines of the caller's own
export { readParts, type FileDescriptor, type PieceMemory } from './stages/read-parts.js'
export { rechunk, type Rechunk, type RechunkOptions } from './stages/rechunk.js'
export { hashParts, type HashedPart, type HashPartsOptions, type PartHasher } from './tree-hash/hash-parts.js'
export type { Checksums } from './tree-hash/tree-hash.js'
export type { PartChecksums, PartHashKinds } from './tree-hash/part-checksums.js'
export { PartMemory } from './transfer/part-memory.js'
export { partSizeFor } from './glacier/part-size.js'
export { decodeDescription, encodeDescription } from './glacier/description.js'
export { namedDescription } from './glacier/named-description.js'
export type { BlobSource, ByteChunk, ByteSource, ResponseSource } from './stages/byte-source.js'
export type { Bytes } from './streams/bytes.js'
export type { NodeStream } from './streams/node-source.js'
export type { WebStream, WebStreamReader, WebStreamResult } from './streams/pulls.js'

// Retrieval
export { archiveReader } from './vault/archive-reader.js'
export { retrieveArchive, startRetrieval } from './vault/retrieve-archive.js'
export { retrieveToFile } from './vault/retrieve-to-file.js'
export type {
  ArchiveReaderOptions,
  ReadOptions,
  RetrievalOptions,
  RetrievalSettings,
  RetrieveArchiveOptions,
  WaitOptions,
} from './vault/retrieval-options.js'
export type { ArchiveReader, ArchiveReaderEvents, RetrievalEvents } from './retrieve/archive-reader.js'
export type { ArchiveDownload, ArchiveDownloadEvents } from './retrieve/file/archive-download.js'
export type {
  ArchiveJobPlan,
  FinishedJobPlan,
  JobPlan,
  RangeOptions,
  RangePlan,
  RetrievalPlan,
} from './retrieve/retrieval-plan.js'
export type { KnownArchive, RetrievalTarget } from './retrieve/retrieval-target.js'
export type { VerifiedRange } from './retrieve/verified-range.js'
export type { PollDelays } from './retrieve/jobs/job.js'

// Inventory
export { inventory } from './vault/inventory.js'
export type { InventoryOptions } from './vault/retrieval-options.js'
export type { InventoryReader, InventoryReaderEvents } from './inventory/inventory-reader.js'
export type { InventoryRow } from './inventory/inventory-row.js'

// The client, and the interface that replaces it
export { glacierClient } from './client/glacier-client.js'
export { itemsOf } from './store/paging.js'
export type {
  ClientCredentials,
  GlacierClientLike,
  GlacierClientSettings,
  Provided,
} from './client/glacier-client-like.js'
export type { RequestOptions } from './client/request-options.js'
export type { SdkVaultClient } from './client/sdk/sdk-vault-client.js'
export type { VaultOptions } from './vault/vault-store.js'
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
  VaultArchive,
  VaultClient,
  VaultJob,
  VaultJobOutput,
  VaultJobsPage,
  VaultPart,
  VaultPartsPage,
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
  DescribedArchive,
  InventoryFilter,
  InventoryFormat,
  Job,
  JobOutput,
  JobsPage,
  JobStore,
  RetrievalStore,
  StoreJobRequest,
  StoreJobsRequest,
  StoreJobStart,
  StoreOutputRequest,
  StoreRetrieval,
  Tier,
} from './store/retrieval-store.js'
export type { Page, PageRequest } from './store/pages.js'

// The store of a bucket
export { s3Client, s3Store } from './s3/index.js'
export type * from './s3/index.js'

// Options and events of every transfer
export type { ByteRange } from './byte-range.js'
export { systemClock, type Clock, type SleepOptions } from './runtime/clock.js'
export type { MemoryOptions, MemoryPlan } from './transfer/memory-plan.js'
export type { TransferProgress } from './transfer/progress.js'
export type { StuckWarning } from './transfer/reported-retry.js'
export type { Retry, RetryNotice, RetryOptions } from './transfer/retry.js'
export type { ObservablePromise } from './streams/observable-promise.js'
export type {
  EmitMethod,
  EmitterEvents,
  EventArguments,
  EventName,
  ListenerCountMethod,
  ListenerMethod,
  NoArguments,
  ReadableEvents,
  RemoveListenersMethod,
  TypedReadable,
  TypedWritable,
  WritableEvents,
} from './streams/typed-events.js'

// Errors
export {
  AbortError,
  AccessDeniedError,
  CatalogConflictError,
  CatalogError,
  CatalogMirrorError,
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
  MissingPackageError,
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
  SourceCommandError,
  TooManyPartsError,
  UnverifiableError,
  HashMismatchError,
  UploadFailedError,
  UploadGoneError,
  type CommandEnd,
  type CredentialsErrorReason,
  type ErrorContext,
  type OwnerDescription,
  type ServiceErrorDetails,
  type ServiceErrorReason,
  type HashScope,
} from './errors.js'
