/**
 * From what a catalog says of an earlier run to what the upload needs to resume it.
 */
import { readCatalog } from '../../../catalog/catalog.js'
import { isAt, type ArchiveRecord, type VaultPlace } from '../../../catalog/record.js'
import { setOf } from '../../../catalog/sets.js'
import type { Unfinished } from '../../../catalog/unfinished.js'
import type { Archive } from '../../../store/archive.js'
import type { EarlierRun, ResumePoint } from '../../../resume/resume-point.js'
import { decodeDescription } from '../../../glacier/description.js'
import type { StreamIdentity } from './stream-owner.js'

/** The key of an unfinished stream: its upload, or the stream itself between two volumes. */
export function keyOf({ uploadId, streamId }: Unfinished): string {
  return uploadId ?? streamId
}

/** Whether an unfinished stream may be the one that is meant: nothing known of the two differs. */
export function isOfIdentity(it: Unfinished, identity: StreamIdentity): boolean {
  return isThere(it, identity) && isSameName(it.name, identity.name)
}

/** Whether a stream is known to be in the account and vault that are asked. */
export function isSameAccount(
  it: Pick<Unfinished, 'accountId' | 'endpoint' | 'region' | 'vaultName'>,
  identity: StreamIdentity,
): boolean {
  return it.accountId !== undefined && it.accountId === identity.accountId && isAt(it, identity)
}

/** Whether two names are the same text. The form of Unicode makes no difference: macOS writes `é` as two characters. */
function isSameName(recorded: string | undefined, name: string | undefined): boolean {
  if (recorded === undefined || name === undefined) return recorded === name
  const wanted = name.normalize('NFC')
  // Version 0.1 recorded the description, as it was sent.
  return [recorded, decodeDescription(recorded)].some((text) => text.normalize('NFC') === wanted)
}

/** An unfinished stream, as the upload resumes it. */
export function earlierRunOf(it: Unfinished, identity: StreamIdentity): EarlierRun {
  return {
    uploadId: it.uploadId,
    earlierVolumes: it.earlierVolumes.map((record) => archiveOf(record)),
    partSize: it.partSize,
    description: it.uploadDescription,
    intent: it.intent,
    isOnlyIntent: it.isOnlyIntent,
    hasUnknownIntent: it.hasUnknownIntent,
    isSameAccount: isSameAccount(it, identity),
  }
}

/**
 * An upload that is not unfinished: a stored one as a set to compare the source with, or one that this catalog does not
 * know. A set counts as stored where this catalog has all its volumes, in the vault that is asked, and none is deleted;
 * otherwise the service is asked for the upload.
 */
export async function storedRunOf(
  catalogFile: string,
  uploadId: string,
  identity: StreamIdentity,
): Promise<EarlierRun | { readonly point: ResumePoint }> {
  const stored = await archiveOfUpload(catalogFile, uploadId)
  const set = stored && (await setOf(catalogFile, stored.archiveId))
  const isStored =
    set?.state === 'complete' &&
    set.volumes.some(({ archiveId }) => archiveId === stored?.archiveId) &&
    set.volumes.every((volume) => volume.partSize !== undefined && isThere(volume, identity))
  if (stored?.partSize === undefined || !isStored) return { uploadId }
  const { partSize, description } = stored
  const earlierVolumes = set.volumes.map(archiveOf)
  return { point: { uploadId: undefined, partSize, description, earlierVolumes, isComplete: true } }
}

async function archiveOfUpload(catalogFile: string, uploadId: string): Promise<ArchiveRecord | undefined> {
  for await (const record of readCatalog(catalogFile, 'archive'))
    if (record.uploadId === uploadId && record.partSize !== undefined) return record
  return undefined
}

/** Whether something is in the vault that is asked: nothing known of the two differs. */
export function isThere(
  it: VaultPlace & { readonly accountId?: string | undefined },
  identity: StreamIdentity,
): boolean {
  const isOtherAccount =
    it.accountId !== undefined && identity.accountId !== undefined && it.accountId !== identity.accountId
  return isAt(it, identity) && !isOtherAccount
}

function archiveOf(record: ArchiveRecord): Archive {
  const { archiveId, vaultName, size, treeHash, description, volume, firstVolume } = record
  const { partSize = size, parts = Math.ceil(size / partSize) } = record
  const content = { size, treeHash, partSize, parts }
  return { archiveId, vaultName, ...content, description, location: undefined, volume, firstVolume }
}
