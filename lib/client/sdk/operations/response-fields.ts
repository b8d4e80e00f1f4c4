/**
 * The fields of responses in the names of this package. A response that lacks a required field is a `ServiceError`, not
 * a crash later.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import { ServiceError } from '../../../errors.js'
import { accountInArn } from '../../../glacier/account-id.js'
import { parseInclusive } from '../../../glacier/range-format.js'
import type { Job, Tier } from '../../../store/retrieval-store.js'
import type { ListedPart, OpenUpload, StoredArchive } from '../../../store/archive-store.js'
import type { PageRequest } from '../../../store/pages.js'
import type { Vault } from '../../vault-client.js'

/** An output of the SDK, whose fields may all be missing. */
type Output<T> = { readonly [K in keyof T]?: T[K] | undefined }

/**
 * Returns the value of a field that a response must have.
 *
 * @throws {ServiceError} `ERR_SERVICE`, service code `IncompleteResponse`: the field is missing
 */
export function requiredField<T>(operation: string, field: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw new ServiceError(`The response has no ${field}.`, { operation, serviceCode: 'IncompleteResponse' })
}

/** Returns the marker of the next page. The service ends a list with `null`; an empty marker ends it as well. */
export function markerOf({ Marker }: { readonly Marker?: string | undefined }): string | undefined {
  return Marker === '' ? undefined : (Marker ?? undefined)
}

/** Maps a vault. */
export function toVault(vault: Output<Sdk.DescribeVaultOutput>): Vault {
  return {
    vaultName: requiredField('DescribeVault', 'VaultName', vault.VaultName),
    arn: requiredField('DescribeVault', 'VaultARN', vault.VaultARN),
    creationDate: requiredField('DescribeVault', 'CreationDate', vault.CreationDate),
    lastInventoryDate: vault.LastInventoryDate,
    archiveCount: vault.NumberOfArchives,
    size: vault.SizeInBytes,
  }
}

/** Maps the response of an operation that stores an archive. */
export function toStoredArchive(operation: string, output: Output<Sdk.ArchiveCreationOutput>): StoredArchive {
  return {
    archiveId: requiredField(operation, 'x-amz-archive-id', output.archiveId),
    treeHash: output.checksum,
    location: output.location,
  }
}

/** Maps an upload. */
export function toOpenUpload(operation: string, upload: Output<Sdk.UploadListElement>): OpenUpload {
  return {
    uploadId: requiredField(operation, 'MultipartUploadId', upload.MultipartUploadId),
    partSize: requiredField(operation, 'PartSizeInBytes', upload.PartSizeInBytes),
    description: upload.ArchiveDescription ?? undefined,
    creationDate: requiredField(operation, 'CreationDate', upload.CreationDate),
    accountId: accountInArn(upload.VaultARN),
  }
}

/** Maps a job. */
export function toJob(operation: string, job: Output<Sdk.GlacierJobDescription>): Job {
  const inventory = job.InventoryRetrievalParameters
  return {
    jobId: requiredField(operation, 'JobId', job.JobId),
    action: requiredField(operation, 'Action', job.Action),
    status: requiredField(operation, 'StatusCode', job.StatusCode),
    statusMessage: job.StatusMessage ?? undefined,
    description: job.JobDescription ?? undefined,
    snsTopic: job.SNSTopic ?? undefined,
    creationDate: requiredField(operation, 'CreationDate', job.CreationDate),
    completionDate: job.CompletionDate ?? undefined,
    tier: (job.Tier ?? undefined) as Tier | undefined, // the names are the same
    archiveId: job.ArchiveId ?? undefined,
    archiveSize: job.ArchiveSizeInBytes ?? undefined,
    archiveTreeHash: job.ArchiveSHA256TreeHash ?? undefined,
    range: parseInclusive(job.RetrievalByteRange ?? ''),
    treeHash: job.SHA256TreeHash ?? undefined,
    inventorySize: job.InventorySizeInBytes ?? undefined,
    inventory: inventory && {
      format: inventory.Format === 'CSV' ? 'CSV' : 'JSON',
      startDate: inventory.StartDate ?? undefined,
      endDate: inventory.EndDate ?? undefined,
      limited: Boolean(inventory.Limit ?? inventory.Marker),
    },
  }
}

/** Maps a part of an upload. */
export function toListedPart(part: Sdk.PartListElement): ListedPart {
  const range = parseInclusive(requiredField('ListParts', 'RangeInBytes', part.RangeInBytes))
  const treeHash = requiredField('ListParts', 'SHA256TreeHash', part.SHA256TreeHash)
  return { ...requiredField('ListParts', 'valid RangeInBytes', range), treeHash }
}

/** Returns the fields of a list request. */
export function pageOf({ marker, limit }: PageRequest): PageRequest {
  return { ...(marker !== undefined && { marker }), ...(limit !== undefined && { limit }) }
}
