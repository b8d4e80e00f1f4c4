/**
 * Streams into and out of Amazon Glacier vaults.
 *
 * @packageDocumentation
 */
export {
  AbortError,
  AccessDeniedError,
  ConnectionError,
  CredentialsError,
  EmptyArchiveError,
  GlacierPipeError,
  JobFailedError,
  NotFoundError,
  PartBoundaryError,
  ServiceError,
  SizeMismatchError,
  TooManyPartsError,
  TreeHashMismatchError,
  UploadFailedError,
  type ErrorContext,
  type ServiceErrorDetails,
  type TreeHashScope,
} from './errors.js'
export { hashParts, PartHasher, type HashedPart } from './tree-hash/hash-parts.js'
export { TreeHashStream, treeHash, type TreeHashStreamOptions } from './tree-hash/tree-hash-stream.js'
export {
  TreeHash,
  combineTreeHashes,
  computeChecksums,
  treeHashOf,
  type Checksums,
} from './tree-hash/tree-hash.js'
export type { ByteRange } from './vault/byte-range.js'
export { decodeDescription, encodeDescription } from './vault/description.js'
export type { MemoryOptions } from './vault/memory-plan.js'
export { partSizeFor } from './vault/part-size.js'
export { glacierClient, type SdkVaultClient } from './vault/sdk-vault-client.js'
export type {
  AccountRequest,
  ArchiveRequest,
  CompleteRequest,
  InitiateRequest,
  Job,
  JobOutput,
  JobRequest,
  OutputRequest,
  PartRequest,
  RetrievalRequest,
  StoredArchive,
  Tier,
  UploadRequest,
  Vault,
  VaultClient,
  VaultRequest,
} from './vault/vault-client.js'
export type { Archive, UploadedPart } from './upload/archive.js'
export {
  archiveWriter,
  ArchiveWriter,
  type ArchiveWriterEvents,
  type ArchiveWriterOptions,
} from './upload/archive-writer.js'
export { rechunk, Rechunk, type RechunkOptions } from './upload/rechunk.js'
export {
  uploadArchive,
  type ByteSource,
  type Rechunker,
  type UploadArchiveOptions,
} from './upload/upload-archive.js'
export type { UploadPlan, UploadPlanOptions } from './upload/upload-plan.js'
export {
  archiveReader,
  ArchiveReader,
  type ArchiveReaderEvents,
  type ArchiveReaderOptions,
  type ReadOptions,
} from './retrieve/archive-reader.js'
export type { PollDelays } from './retrieve/job.js'
export { retrieveArchive, type RetrieveArchiveOptions } from './retrieve/retrieve-archive.js'
