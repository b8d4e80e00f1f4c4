/**
 * From what a catalog says of an earlier run to what the upload needs to resume it.
 */
import { readCatalog } from '../catalog/catalog.js'
import { isAt, type ArchiveRecord, type VaultPlace } from '../catalog/record.js'
import type { Unfinished } from '../catalog/unfinished.js'
import type { Archive } from '../upload/archive.js'
import type { EarlierRun, ResumePoint } from '../upload/resume-point.js'
import { decodeDescription } from '../vault/description.js'
import type { StreamIdentity } from './stream-owner.js'

/** What tells an unfinished stream apart: its upload, or the stream itself between two volumes. */
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

function isSameName(recorded: string | undefined, name: string | undefined): boolean {
  // Version 0.1 recorded the description, as it was sent.
  return recorded === name || (recorded !== undefined && decodeDescription(recorded) === name)
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
  const volumes = new Map<string, ArchiveRecord[]>()
  const deleted = new Set<string>()
  let stored: ArchiveRecord | undefined
  for await (const record of readCatalog(catalogFile)) {
    if (record.type === 'deleted') deleted.add(record.archiveId)
    if (record.type !== 'archive' || record.partSize === undefined) continue
    const first = record.firstVolume ?? record.archiveId
    if (record.more || record.firstVolume !== undefined)
      volumes.set(first, [...(volumes.get(first) ?? []), record])
    if (record.uploadId === uploadId) stored = record
  }
  if (stored?.partSize === undefined) return { uploadId }
  const set = volumes.get(stored.firstVolume ?? stored.archiveId) ?? [stored]
  // The last record of a volume counts: it says whether another follows.
  const byNumber = new Map(set.map((record) => [record.volume, record]))
  const earlierVolumes = [...byNumber.values()].sort((a, b) => a.volume - b.volume)
  const isStored = earlierVolumes.every(
    (record, i) => record.volume === i + 1 && isThere(record, identity) && !deleted.has(record.archiveId),
  )
  if (!isStored || earlierVolumes.at(-1)?.more === true) return { uploadId }
  const { partSize, description } = stored
  return {
    point: {
      uploadId: undefined,
      partSize,
      description,
      earlierVolumes: earlierVolumes.map(archiveOf),
      isComplete: true,
    },
  }
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
