/**
 * The multipart uploads of the simulated bucket. A lifecycle rule may remove an upload between any two requests. A part that
 * is sent again replaces the one before, whichever was sent first.
 */
import { LIMITS } from '../world/world.js'
import { sha256Of, type SimPart, type SimUpload } from './bucket-content.js'
import type { BucketContext } from './bucket-context.js'
import { invalid, noSuchUpload, wrongBodyHash } from './bucket-refusals.js'
import type {
  KeyCaller,
  ObjectProperties,
  PartResponse,
  PartsPageResponse,
  SentBytes,
  UploadCaller,
} from './bucket-service.js'

/** The share of the rate at which an upload is removed: at each request to it. */
const REMOVED_SHARE = 0.1

/** Begins an upload. */
export function createUpload(
  { uploads }: BucketContext,
  { key }: KeyCaller,
  { metadata, storageClass }: ObjectProperties,
): SimUpload {
  const uploadId = `upload-${uploads.size + 1}`
  const upload: SimUpload = {
    ...{
      uploadId,
      key,
      metadata,
      storageClass,
      parts: new Map(),
      late: new Map(),
      state: 'open',
      object: undefined,
      isForgotten: false,
    },
  }
  uploads.set(uploadId, upload)
  return upload
}

/** Stores a part. */
export function uploadPart(
  context: BucketContext,
  caller: UploadCaller,
  partNumber: number,
  body: SentBytes,
): PartResponse {
  const upload = openUpload(context, caller)
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > LIMITS.maxParts)
    throw invalid('InvalidArgument', `Part number must be an integer between 1 and ${LIMITS.maxParts}`)
  checkBytes(body)
  const bytes = Uint8Array.from(body.bytes)
  const etag = context.etagOf(bytes, `${upload.uploadId} ${partNumber} ${context.history.records.length}`)
  const part = { bytes, sha256: body.sha256, etag }
  if (context.history.has('part-late')) upload.late.set(partNumber, part)
  else storePart(upload, partNumber, part)
  const isStated = context.properties.checksums !== 'none'
  return { partNumber, size: bytes.length, etag, sha256: isStated ? body.sha256 : undefined }
}

/** Stores a part. One on the way that differs arrives right after it, and replaces it. */
function storePart({ parts, late }: SimUpload, partNumber: number, part: SimPart): void {
  parts.set(partNumber, part)
  const older = late.get(partNumber)
  if (!older || older.sha256 === part.sha256) return
  parts.set(partNumber, older)
  late.delete(partNumber)
}

/** Lists the parts of an upload, in the order of their numbers. The marker is the number of the last part of a page. */
export function listParts(
  context: BucketContext,
  caller: UploadCaller,
  marker = '0',
  limit = Infinity,
): PartsPageResponse {
  const upload = openUpload(context, caller)
  const { checksums, pageSize } = context.properties
  const left = [...upload.parts]
    .filter(([partNumber]) => partNumber > Number(marker))
    .sort(([a], [b]) => a - b)
  let length = Math.min(limit, pageSize, left.length)
  // A page has a part, if one is left: its marker is the number of its last part.
  if (length > 1 && context.happens('short-page', 'bucket/listParts/short-page'))
    length = context.world.choices.between('bucket/listParts/page-length', length - 1, 1)
  const items = left.slice(0, length).map(([partNumber, { bytes, etag, sha256 }]) => {
    return { partNumber, size: bytes.length, etag, sha256: checksums === 'all' ? sha256 : undefined }
  })
  const last = items.at(-1)?.partNumber ?? marker
  return { items, marker: length < left.length ? String(last) : undefined }
}

/** Aborts an upload. Its parts are deleted. */
export function abortUpload(context: BucketContext, caller: UploadCaller): void {
  const upload = context.uploads.get(caller.uploadId)
  // By choice the abort of an upload that is gone is answered as if it were not.
  const isPatient = upload?.state === 'aborted' && context.world.choices.happens('bucket/abort-again', 0.5)
  if (!isPatient) openUpload(context, caller).state = 'aborted'
}

/** The open upload of an ID. */
export function openUpload(context: BucketContext, { uploadId, key }: UploadCaller): SimUpload {
  const upload = context.uploads.get(uploadId)
  if (upload?.key !== key || !isOpen(context, upload)) throw noSuchUpload()
  return upload
}

function isOpen(context: BucketContext, upload: SimUpload): boolean {
  const { world, history } = context
  const rate = REMOVED_SHARE * world.faults.rate('upload-expired')
  if (upload.state === 'open' && world.choices.happens(`bucket/${upload.uploadId}/removed`, rate)) {
    history.tookEffect('upload-expired')
    upload.state = 'expired'
  }
  return upload.state === 'open'
}

/** Compares the bytes that arrived with the hash that the client states. */
export function checkBytes({ bytes, sha256 }: SentBytes): void {
  if (bytes.length > LIMITS.maxPartSize)
    throw invalid('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size')
  const computed = sha256Of(bytes)
  if (computed !== sha256) throw wrongBodyHash(computed)
}
