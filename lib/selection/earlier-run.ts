/** The records of an earlier run in the catalog, as the upload needs them to resume it. */
import { archiveOf } from '../catalog/archive-of.js'
import { readCatalog } from '../catalog/read-catalog.js'
import { isSameStreamName } from '../catalog/stream-name.js'
import { isBucketName, isInSameVault, mayBeInSameVault } from '../catalog/vault-address.js'
import type { ArchiveRecord } from '../catalog/record.js'
import { setOf } from '../catalog/queries/sets.js'
import type { UnfinishedUpload } from '../catalog/unfinished-uploads.js'
import type { EarlierRun } from '../resume/resume-point.js'
import type { ResumePoint } from '../upload/resume-point.js'
import type { FileSystem } from '../runtime/file-system.js'
import type { StreamIdentity } from './stream-owner.js'

/** The key of an unfinished stream: the ID of its upload, or between two volumes that of the stream. */
export function keyOf({ uploadId, streamId }: UnfinishedUpload): string {
  return uploadId ?? streamId
}

/** Whether an unfinished stream may have this identity: nothing that is known of the two differs. */
export function isOfIdentity(stream: UnfinishedUpload, identity: StreamIdentity): boolean {
  return mayBeInSameVault(stream, identity) && isSameStreamName(stream.name, identity.name)
}

/**
 * Whether a stream is known to be in the account and vault of this identity. The name of a bucket is unique at its endpoint,
 * whatever the account.
 */
export function isSameAccount(
  stream: Pick<UnfinishedUpload, 'accountId' | 'endpoint' | 'region' | 'vaultName'>,
  identity: StreamIdentity,
): boolean {
  const isOfAccount = stream.accountId !== undefined && stream.accountId === identity.accountId
  return (isOfAccount || isBucketName(stream.vaultName)) && isInSameVault(stream, identity)
}

/** An unfinished stream in the form that a resumed upload takes. */
export function earlierRunOf(stream: UnfinishedUpload, identity: StreamIdentity): EarlierRun {
  return {
    uploadId: stream.uploadId,
    earlierVolumes: stream.earlierVolumes,
    partSize: stream.partSize,
    description: stream.uploadDescription,
    intent: stream.intent,
    isOnlyIntent: stream.isOnlyIntent,
    hasUnknownIntent: stream.hasUnknownIntent,
    isSameAccount: isSameAccount(stream, identity),
  }
}

/**
 * The earlier run of an upload that the catalog does not have as unfinished. For a stored set, it is the volumes that the
 * source is compared with. A set counts as stored if the catalog has all its volumes in this vault, and none is deleted.
 * For any other upload, it is only the ID: the upload is then requested from the service.
 *
 * @param files - the disk on which the catalog lies
 */
export async function storedRunOf(
  catalogFile: string,
  uploadId: string,
  identity: StreamIdentity,
  files: FileSystem,
): Promise<{ readonly uploadId: string } | { readonly point: ResumePoint }> {
  const stored = await archiveOfUpload(catalogFile, uploadId, files)
  const set = stored && (await setOf(catalogFile, stored.archiveId, files))
  const isStored =
    set?.state === 'complete' &&
    set.volumes.some(({ archiveId }) => archiveId === stored?.archiveId) &&
    set.volumes.every((volume) => volume.partSize !== undefined && mayBeInSameVault(volume, identity))
  if (stored?.partSize === undefined || !isStored) return { uploadId }
  const { partSize, description } = stored
  const earlierVolumes = set.volumes.map(archiveOf)
  return { point: { uploadId: undefined, partSize, description, earlierVolumes, isComplete: true } }
}

async function archiveOfUpload(
  catalogFile: string,
  uploadId: string,
  files: FileSystem,
): Promise<ArchiveRecord | undefined> {
  for await (const record of readCatalog(catalogFile, 'archive', files))
    if (record.uploadId === uploadId && record.partSize !== undefined) return record
  return undefined
}
