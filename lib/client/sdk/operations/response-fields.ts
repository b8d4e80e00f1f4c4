/**
 * The fields of responses in the names of this package. A response that lacks a required field is a `ServiceError`, not
 * a crash later.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import { accountInArn } from '../../../glacier/account-id.js'
import { parseInclusive } from '../../../glacier/range-format.js'
import type { Tier } from '../../../store/retrieval-store.js'
import type { OpenUpload } from '../../../store/archive-store.js'
import type { PageRequest } from '../../../store/pages.js'
import type { Vault, VaultArchive, VaultJob, VaultPart } from '../../vault-client.js'
import { optionalSize, optionalText, requiredField, requiredId, requiredText } from './response-values.js'

/** An output of the SDK, whose fields may all be missing. */
type Output<T> = { readonly [K in keyof T]?: T[K] | undefined }

/** Returns the marker of the next page. The service ends a list with `null`; an empty marker ends it as well. */
export function markerOf(operation: string, { Marker }: { readonly Marker?: unknown }): string | undefined {
  const marker = optionalText(operation, 'Marker', Marker)
  return marker === '' ? undefined : marker
}

/** Maps a vault of an operation. */
export function toVault(operation: string, vault: Output<Sdk.DescribeVaultOutput>): Vault {
  return {
    vaultName: requiredText(operation, 'VaultName', vault.VaultName),
    arn: requiredText(operation, 'VaultARN', vault.VaultARN),
    creationDate: requiredText(operation, 'CreationDate', vault.CreationDate),
    lastInventoryDate: optionalText(operation, 'LastInventoryDate', vault.LastInventoryDate),
    archiveCount: optionalSize(operation, 'NumberOfArchives', vault.NumberOfArchives),
    size: optionalSize(operation, 'SizeInBytes', vault.SizeInBytes),
  }
}

/** Maps the response of an operation that stores an archive. */
export function toStoredArchive(operation: string, output: Output<Sdk.ArchiveCreationOutput>): VaultArchive {
  return {
    archiveId: requiredId(operation, 'x-amz-archive-id', output.archiveId),
    treeHash: output.checksum,
    location: output.location,
  }
}

/** Maps an upload. */
export function toOpenUpload(operation: string, upload: Output<Sdk.UploadListElement>): OpenUpload {
  const partSize = optionalSize(operation, 'PartSizeInBytes', upload.PartSizeInBytes)
  return {
    uploadId: requiredId(operation, 'MultipartUploadId', upload.MultipartUploadId),
    partSize: requiredField(operation, 'PartSizeInBytes', partSize),
    description: optionalText(operation, 'ArchiveDescription', upload.ArchiveDescription),
    creationDate: requiredText(operation, 'CreationDate', upload.CreationDate),
    accountId: accountInArn(optionalText(operation, 'VaultARN', upload.VaultARN)),
  }
}

/** Maps a job. */
export function toJob(operation: string, job: Output<Sdk.GlacierJobDescription>): VaultJob {
  const inventory = job.InventoryRetrievalParameters ?? undefined
  const text = (field: keyof Sdk.GlacierJobDescription): string | undefined =>
    optionalText(operation, field, job[field])
  const size = (field: keyof Sdk.GlacierJobDescription): number | undefined =>
    optionalSize(operation, field, job[field])
  return {
    jobId: requiredId(operation, 'JobId', job.JobId),
    action: requiredText(operation, 'Action', job.Action) as Sdk.ActionCode,
    status: requiredText(operation, 'StatusCode', job.StatusCode) as Sdk.StatusCode,
    statusMessage: text('StatusMessage'),
    description: text('JobDescription'),
    snsTopic: text('SNSTopic'),
    creationDate: requiredText(operation, 'CreationDate', job.CreationDate),
    completionDate: text('CompletionDate'),
    tier: text('Tier') as Tier | undefined, // the names are the same
    archiveId: text('ArchiveId'),
    archiveSize: size('ArchiveSizeInBytes'),
    archiveTreeHash: text('ArchiveSHA256TreeHash'),
    range: parseInclusive(text('RetrievalByteRange') ?? ''),
    treeHash: text('SHA256TreeHash'),
    inventorySize: size('InventorySizeInBytes'),
    inventory: inventory && {
      format: inventory.Format === 'CSV' ? 'CSV' : 'JSON',
      startDate: optionalText(operation, 'StartDate', inventory.StartDate),
      endDate: optionalText(operation, 'EndDate', inventory.EndDate),
      limited: Boolean(inventory.Limit ?? inventory.Marker),
    },
  }
}

/** Maps a part of an upload. */
export function toListedPart(part: Sdk.PartListElement): VaultPart {
  const range = parseInclusive(requiredText('ListParts', 'RangeInBytes', part.RangeInBytes))
  const treeHash = requiredText('ListParts', 'SHA256TreeHash', part.SHA256TreeHash)
  return { ...requiredField('ListParts', 'valid RangeInBytes', range), treeHash }
}

/** Returns the fields of a list request. */
export function pageOf({ marker, limit }: PageRequest): PageRequest {
  return { ...(marker !== undefined && { marker }), ...(limit !== undefined && { limit }) }
}
