/** The archives of the simulated service (docs/glacier-protocol.md#archives). */
import { LIMITS } from '../world/world.js'
import { scheduleInventories } from './inventories.js'
import { archiveNotFound, arnOf, invalidValue, wrongBodyHash } from './refusals.js'
import type { Body, Caller, StoredResponse } from './service.js'
import type { ServiceContext } from './service-context.js'
import type { Archive } from './stored.js'
import { sha256, treeHashOf } from './tree-hash.js'

/** Stores an archive in one request. Each request stores another archive. */
export function uploadArchive(
  context: ServiceContext,
  caller: Caller,
  description: string | undefined,
  body: Body,
): StoredResponse {
  context.vaultOf(caller)
  const { length } = body.bytes
  if (length === 0 || length > LIMITS.maxPartSize) throw invalidValue(`Invalid Content-Length: ${length}`)
  const text = checkDescription(description)
  const sentTreeHash = checkBody(body)
  const name = `service/uploadArchive/${context.archives.size + 1}`
  const { bytes, isDamaged } = context.storedBytes(name, body.bytes)
  const treeHash = isDamaged ? treeHashOf(bytes, LIMITS.leafSize) : sentTreeHash
  const content = { bytes, treeHash, isDamaged, description: text, uploadId: undefined }
  const { archiveId } = addArchive(context, caller, content)
  return {
    archiveId,
    location: `/${caller.accountId}/vaults/${caller.vaultName}/archives/${archiveId}`,
    treeHash: context.stated(name, treeHash),
  }
}

/** Adds an archive to a vault. Some IDs begin with a hyphen, as those of the service do. */
export function addArchive(
  context: ServiceContext,
  { accountId, vaultName }: Caller,
  content: Pick<Archive, 'bytes' | 'treeHash' | 'description' | 'uploadId' | 'isDamaged'>,
): Archive {
  const { archives, nowMs } = context
  scheduleInventories(context, context.vaultOf({ accountId, vaultName }))
  const number = archives.size + 1
  const archiveId = `${number % 5 === 0 ? '-' : ''}archive-${number}`
  const archive = { ...content, archiveId, accountId, vaultName, createdMs: nowMs, deletedMs: undefined }
  archives.set(archiveId, archive)
  return archive
}

/**
 * Deletes an archive. The request may be repeated. A retrieval that is in progress may or may not succeed.
 */
export function deleteArchive(context: ServiceContext, caller: Caller, archiveId: string): void {
  const archive = archiveOf(context, caller, archiveId)
  const { nowMs, jobs, world } = context
  if (archive.deletedMs !== undefined) return
  archive.deletedMs = nowMs
  for (const job of jobs.values()) {
    const isInProgress =
      'archive' in job.content && job.content.archive === archive && job.completedMs > nowMs
    if (isInProgress) job.isFailed ||= world.choices.happens(`service/${job.jobId}/archive-deleted`, 0.5)
  }
}

/** The archive of an ID, also if it is deleted. */
export function archiveOf(context: ServiceContext, caller: Caller, archiveId: string): Archive {
  context.vaultOf(caller)
  const archive = context.archives.get(archiveId)
  const isOwn = archive?.accountId === caller.accountId
  if (context.isIn(caller, archive)) return archive
  if (isOwn) throw invalidValue(`Invalid vault name: ${arnOf(caller)}`)
  throw archiveNotFound(archiveId)
}

/** Compares the bytes that arrived with the hashes that the client states. Returns their tree hash. */
export function checkBody({ bytes, linearHash, treeHash }: Body): string {
  const computed = sha256(bytes).toString('hex')
  if (computed !== linearHash) throw wrongBodyHash(computed, linearHash)
  const root = bytes.length > LIMITS.leafSize ? treeHashOf(bytes, LIMITS.leafSize) : computed
  if (root !== treeHash) throw invalidValue(`Checksum mismatch: expected ${treeHash}, computed ${root}`)
  return root
}

/** The description that is kept: leading spaces are dropped. */
export function checkDescription(description: string | undefined): string | undefined {
  if (description !== undefined && !/^[\x20-\x7e]{0,1024}$/.test(description))
    throw invalidValue('Invalid x-amz-archive-description')
  return description?.replace(/^ +/, '')
}
