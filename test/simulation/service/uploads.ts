/**
 * The multipart uploads of the simulated service (docs/glacier-protocol.md#multipart-uploads).
 *
 * - Only its beginning and the parts that are stored are an upload's activity. It may expire 24 hours after the last.
 * - A part that is refused changes nothing, and so does a completion that is refused.
 */
import type { ByteRange } from '../../../lib/byte-range.js'
import { LIMITS } from '../world/world.js'
import { checkBody, checkDescription } from './archives.js'
import { completeAgain, completeOpen } from './completion.js'
import { pageOf } from './pages.js'
import { invalidValue, uploadNotFound } from './refusals.js'
import type { Body, Caller, PageResponse, PartResponse, StoredResponse, UploadResponse } from './service.js'
import type { ServiceContext } from './service-context.js'
import type { Upload } from './stored.js'
import { treeHashOf } from './tree-hash.js'

/** The time without activity for which an upload is kept at least. */
const KEPT_MS = 24 * 3_600_000
/** The time for which an abort may be repeated. */
const ABORT_REPEATABLE_MS = 3_600_000

/** Begins an upload. */
export function initiateUpload(
  context: ServiceContext,
  caller: Caller,
  partSize: number,
  description: string | undefined,
): Upload {
  context.vaultOf(caller)
  const isPowerOfTwo = Number.isInteger(Math.log2(partSize / LIMITS.leafSize))
  if (!isPowerOfTwo || partSize < LIMITS.minPartSize || partSize > LIMITS.maxPartSize)
    throw invalidValue(`Invalid part size: ${partSize}.`)
  const { nowMs, uploads } = context
  const upload: Upload = {
    accountId: caller.accountId,
    vaultName: caller.vaultName,
    uploadId: `upload-${uploads.size + 1}`,
    partSize,
    description: checkDescription(description),
    createdMs: nowMs,
    parts: new Map(),
    activeMs: nowMs,
    state: 'open',
    endedMs: 0,
    archive: undefined,
    isForgotten: false,
  }
  uploads.set(upload.uploadId, upload)
  return upload
}

/** Stores a part, in place of what is at its range. Returns the tree hash to state. */
export function uploadPart(
  context: ServiceContext,
  caller: Caller,
  uploadId: string,
  { start, end }: ByteRange,
  body: Body,
): { readonly treeHash: string } {
  const upload = openUpload(context, caller, uploadId)
  const { parts, partSize } = upload
  const contentRange = `bytes ${start}-${end - 1}/*`
  if (end <= start || start % partSize !== 0 || end - start > partSize)
    throw invalidValue(`Invalid Content-Range: ${contentRange}`)
  if (end - start !== body.bytes.length)
    throw invalidValue(
      `Content-Range: ${contentRange} is incompatible with Content-Length: ${body.bytes.length}`,
    )
  if (!parts.has(start) && parts.size >= LIMITS.maxParts)
    throw invalidValue(
      `This is part number ${parts.size + 1} for the current multipart upload. ` +
        `It exceeds the limit of ${LIMITS.maxParts} parts.`,
    )
  const sentTreeHash = checkBody(body)
  const name = `service/uploadPart/${uploadId}-${start}`
  const { bytes, isDamaged } = context.storedBytes(name, body.bytes)
  const treeHash = isDamaged ? treeHashOf(bytes, LIMITS.leafSize) : sentTreeHash
  parts.set(start, { start, end, bytes, treeHash, isDamaged })
  upload.activeMs = context.nowMs
  return { treeHash: context.stated(name, treeHash) }
}

/** Completes an upload, or answers a repeated completion. */
export function completeUpload(
  context: ServiceContext,
  caller: Caller,
  uploadId: string,
  size: number,
  treeHash: string,
): StoredResponse {
  const upload = knownUpload(context, caller, uploadId)
  const content = { size, treeHash }
  const archive =
    upload.state === 'completed'
      ? completeAgain(context, upload, content)
      : completeOpen(context, openUpload(context, caller, uploadId), content)
  const name = `service/completeUpload/${uploadId}`
  // Nobody could notice other bytes by a response without their hash.
  const isHashless = !archive.isDamaged && context.happens('completion-hashless', `${name}/hashless`)
  const { archiveId } = archive
  return {
    archiveId,
    location: locationOf(caller, `archives/${archiveId}`),
    treeHash: isHashless ? undefined : context.stated(name, archive.treeHash),
  }
}

/** Ends an upload. An abort may be repeated for a short time. */
export function abortUpload(context: ServiceContext, caller: Caller, uploadId: string): void {
  const { nowMs, world } = context
  const upload = knownUpload(context, caller, uploadId)
  if (upload.state === 'aborted') {
    upload.isForgotten ||=
      nowMs - upload.endedMs > ABORT_REPEATABLE_MS ||
      world.choices.happens(`service/abortUpload/${uploadId}/forgotten`, 0.2)
    if (upload.isForgotten) throw uploadNotFound(uploadId)
    return
  }
  const open = openUpload(context, caller, uploadId)
  open.state = 'aborted'
  open.endedMs = nowMs
}

/** Lists the parts of an upload, in the order of their ranges. */
export function listParts(
  context: ServiceContext,
  caller: Caller,
  uploadId: string,
  marker: string | undefined,
  limit: number | undefined,
): PageResponse<PartResponse> & { readonly upload: UploadResponse } {
  const upload = openUpload(context, caller, uploadId)
  const parts = [...upload.parts.values()].sort((a, b) => a.start - b.start)
  const { items, marker: next } = pageOf(context, 'service/listParts', parts, marker, limit)
  const stated = items.map(({ start, end, treeHash }) => {
    return { start, end, treeHash: context.stated(`service/listParts/${uploadId}-${start}`, treeHash) }
  })
  return { upload: responseOf(upload), items: stated, marker: next }
}

/** Lists the open uploads of a vault, in no order: by choice the latest first. */
export function listUploads(
  context: ServiceContext,
  caller: Caller,
  marker: string | undefined,
  limit: number | undefined,
): PageResponse<UploadResponse> {
  context.vaultOf(caller)
  // The order must not change from page to page.
  const order = marker?.[0] ?? context.world.choices.pick('service/listUploads/order', ['a', 'd'], 0.1)
  const all = [...context.uploads.values()]
  if (order === 'd') all.reverse()
  const page = pageOf(context, 'service/listUploads', all, marker?.slice(1), limit)
  const items = page.items.filter((upload) => isOpenIn(context, caller, upload)).map(responseOf)
  return { items, marker: page.marker && order + page.marker }
}

/** The path of an archive or an upload. */
export function locationOf({ accountId, vaultName }: Caller, path: string): string {
  return `/${accountId}/vaults/${vaultName}/${path}`
}

/** The upload of an ID, also if it has ended. */
function knownUpload(context: ServiceContext, caller: Caller, uploadId: string): Upload {
  context.vaultOf(caller)
  const upload = context.uploads.get(uploadId)
  if (!context.isIn(caller, upload)) throw uploadNotFound(uploadId)
  return upload
}

function openUpload(context: ServiceContext, caller: Caller, uploadId: string): Upload {
  const upload = knownUpload(context, caller, uploadId)
  if (!isOpen(context, upload)) throw uploadNotFound(uploadId)
  return upload
}

function isOpenIn(context: ServiceContext, caller: Caller, upload: Upload): boolean {
  const { accountId, vaultName } = upload
  return accountId === caller.accountId && vaultName === caller.vaultName && isOpen(context, upload)
}

/** Whether an upload is open. It may have expired at any time after its 24 hours: that is decided when it matters. */
function isOpen(context: ServiceContext, upload: Upload): boolean {
  const { uploadId, activeMs, state } = upload
  const mayExpire = state === 'open' && context.nowMs - activeMs >= KEPT_MS
  if (mayExpire && context.happens('upload-expired', `service/${uploadId}/expired`)) {
    upload.state = 'expired'
    upload.endedMs = context.nowMs
  }
  return upload.state === 'open'
}

function responseOf({ uploadId, description, partSize, createdMs, accountId }: Upload): UploadResponse {
  return { uploadId, description, partSize, createdMs, accountId }
}
