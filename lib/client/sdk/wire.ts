/**
 * From the SDK's answers to this package's words. What an answer must have and has not is an error of the service's,
 * not a crash later on.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import { ServiceError } from '../../errors.js'
import { accountInArn } from '../../glacier/account-id.js'
import { parseInclusive } from '../../glacier/range-format.js'
import type { Job, Tier } from '../../store/retrieval-store.js'
import type { ListedPart, OpenUpload, StoredArchive } from '../../store/archive-store.js'
import type { PageRequest } from '../../store/pages.js'
import type { Vault } from '../vault-client.js'

/** What the service answers, before this package names it. */
type Wire<T> = { readonly [K in keyof T]?: T[K] | undefined }

/**
 * A field without which an answer is no use.
 *
 * @throws {ServiceError} `ERR_SERVICE`: it is absent
 */
export function present<T>(operation: string, field: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw new ServiceError(`The answer came without ${field}.`, { operation, serviceCode: 'IncompleteAnswer' })
}

/** Where the next page begins. The service ends a list with `null`; an empty marker ends it as well. */
export function markerOf({ Marker }: { readonly Marker?: string | undefined }): string | undefined {
  return Marker === '' ? undefined : (Marker ?? undefined)
}

export function toVault(vault: Wire<Sdk.DescribeVaultOutput>): Vault {
  return {
    vaultName: present('DescribeVault', 'VaultName', vault.VaultName),
    arn: present('DescribeVault', 'VaultARN', vault.VaultARN),
    creationDate: present('DescribeVault', 'CreationDate', vault.CreationDate),
    lastInventoryDate: vault.LastInventoryDate,
    archiveCount: vault.NumberOfArchives,
    size: vault.SizeInBytes,
  }
}

export function toStoredArchive(operation: string, output: Wire<Sdk.ArchiveCreationOutput>): StoredArchive {
  return {
    archiveId: present(operation, 'x-amz-archive-id', output.archiveId),
    treeHash: output.checksum,
    location: output.location,
  }
}

export function toOpenUpload(operation: string, upload: Wire<Sdk.UploadListElement>): OpenUpload {
  return {
    uploadId: present(operation, 'MultipartUploadId', upload.MultipartUploadId),
    partSize: present(operation, 'PartSizeInBytes', upload.PartSizeInBytes),
    description: upload.ArchiveDescription ?? undefined,
    creationDate: present(operation, 'CreationDate', upload.CreationDate),
    accountId: accountInArn(upload.VaultARN),
  }
}

export function toJob(operation: string, job: Wire<Sdk.GlacierJobDescription>): Job {
  const inventory = job.InventoryRetrievalParameters
  return {
    jobId: present(operation, 'JobId', job.JobId),
    action: present(operation, 'Action', job.Action),
    status: present(operation, 'StatusCode', job.StatusCode),
    statusMessage: job.StatusMessage ?? undefined,
    description: job.JobDescription ?? undefined,
    creationDate: present(operation, 'CreationDate', job.CreationDate),
    completionDate: job.CompletionDate ?? undefined,
    tier: (job.Tier ?? undefined) as Tier | undefined, // the service's names are ours
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

export function toListedPart(part: Sdk.PartListElement): ListedPart {
  const range = parseInclusive(present('ListParts', 'RangeInBytes', part.RangeInBytes))
  const treeHash = present('ListParts', 'SHA256TreeHash', part.SHA256TreeHash)
  return { ...present('ListParts', 'a RangeInBytes', range), treeHash }
}

/** The page that a list request asks for. */
export function pageOf({ marker, limit }: PageRequest): PageRequest {
  return { ...(marker !== undefined && { marker }), ...(limit !== undefined && { limit }) }
}
