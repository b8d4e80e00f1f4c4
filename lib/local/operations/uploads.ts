/** Multipart operations (docs/glacier-protocol.md#multipart-uploads). */
import { toInclusive } from '../../byte-range.js'
import { MAX_PART_SIZE, MAX_PARTS } from '../../glacier/limits.js'
import { isPartSize } from '../../glacier/part-size.js'
import { checkedDescription, headerOf, requiredHeader, wholeNumberIn } from '../requests/request-values.js'
import {
  locationOf,
  nameOf,
  type OperationResponse,
  type RequestContext,
} from '../requests/request-context.js'
import { pageOf } from '../requests/paging.js'
import { markersOf } from '../service/marker.js'
import { invalidParameter } from '../service/api-error.js'
import { retryUnlessGone } from '../service/not-found.js'
import type { UploadRecord } from '../records/upload-record.js'
import { storedArchive } from './archives.js'
import { announcedHashes, announcedRange, hashIn } from './upload-body.js'

const MAX_ROWS = 50

/** InitiateMultipartUpload. */
export async function initiateMultipartUpload(context: RequestContext): Promise<OperationResponse> {
  const { stores } = context
  const vaultName = nameOf(context, 'vaultName')
  const text = requiredHeader(context, 'x-amz-part-size')
  const partSize = wholeNumberIn(text)
  if (partSize === undefined || !isPartSize(partSize)) {
    throw invalidParameter(
      `Invalid part size: ${text}. Part size must not be null, must be a power of two ` +
        'and be between 1048576 and 4294967296 bytes.',
    )
  }
  const description = checkedDescription(headerOf(context, 'x-amz-archive-description'))
  await stores.ensureVault(vaultName)
  const { uploadId } = await stores.uploads.initiate(vaultName, partSize, description)
  return {
    status: 201,
    headers: {
      location: locationOf(context, 'vaults', vaultName, 'multipart-uploads', uploadId),
      'x-amz-multipart-upload-id': uploadId,
    },
  }
}

/** UploadMultipartPart. A short part that is not the last one is accepted, and makes the completion fail. */
export async function uploadMultipartPart(context: RequestContext): Promise<OperationResponse> {
  const { uploads } = context.stores
  const { vaultName, upload } = await uploadOf(context)
  const range = announcedRange(context, upload.partSize)
  const accept = announcedHashes(context)
  const { treeHash } = await uploads.receive(vaultName, upload, range, context.stream, accept)
  return { status: 204, headers: { 'x-amz-sha256-tree-hash': treeHash } }
}

/** CompleteMultipartUpload: a repeated one returns the same archive. */
export async function completeMultipartUpload(context: RequestContext): Promise<OperationResponse> {
  const vaultName = nameOf(context, 'vaultName')
  const text = requiredHeader(context, 'x-amz-archive-size')
  const size = wholeNumberIn(text) ?? 0
  if (size < 1 || size > MAX_PARTS * MAX_PART_SIZE)
    throw invalidParameter(`Invalid x-amz-archive-size: ${text}`)
  const treeHash = hashIn(context, 'x-amz-sha256-tree-hash')
  const { uploads, undocumented } = context.stores
  const { archive, isRepeated } = await uploads.complete(vaultName, nameOf(context, 'uploadId'), {
    size,
    treeHash,
  })
  const response = storedArchive(context, vaultName, archive)
  if (!isRepeated || undocumented.repeatHash) return response
  return { ...response, headers: { ...response.headers, 'x-amz-sha256-tree-hash': undefined } }
}

/** AbortMultipartUpload: 204 for a repeated one, too. */
export async function abortMultipartUpload(context: RequestContext): Promise<OperationResponse> {
  await context.stores.uploads.abort(nameOf(context, 'vaultName'), nameOf(context, 'uploadId'))
  return { status: 204 }
}

/** ListParts, sorted by range. */
export async function listParts(context: RequestContext): Promise<OperationResponse> {
  const { vaultName, upload } = await uploadOf(context)
  const { uploads } = context.stores
  const indexes = await uploads.partIndexes(vaultName, upload)
  const { items, marker } = pageOf(context, indexes, {
    maxItems: MAX_ROWS,
    keyOf: (index) => String(index).padStart(5, '0'),
    markers: markersOf(`${uploadsOf(context, vaultName)}/${upload.uploadId}`),
  })
  const find = (): Promise<UploadRecord> => uploads.find(vaultName, upload.uploadId)
  const parts = await retryUnlessGone(find, () => uploads.parts(vaultName, upload, items))
  return {
    status: 200,
    json: {
      ...describe(context, vaultName, upload),
      Marker: marker,
      Parts: parts.map((part) => ({ RangeInBytes: toInclusive(part), SHA256TreeHash: part.treeHash })),
    },
  }
}

/** ListMultipartUploads: those that are open. */
export async function listMultipartUploads(context: RequestContext): Promise<OperationResponse> {
  const vaultName = nameOf(context, 'vaultName')
  const uploads = await context.stores.uploads.list(vaultName)
  const { items, marker } = pageOf(context, uploads, {
    maxItems: MAX_ROWS,
    keyOf: ({ uploadId }) => uploadId,
    markers: markersOf(uploadsOf(context, vaultName)),
  })
  const list = items.map((upload) => describe(context, vaultName, upload))
  return { status: 200, json: { Marker: marker, UploadsList: list } }
}

/** The name of the list of a vault's uploads, for its markers. */
function uploadsOf({ stores }: RequestContext, vaultName: string): string {
  return `${stores.vaults.arnOf(vaultName)}/multipart-uploads`
}

async function uploadOf(context: RequestContext): Promise<{ vaultName: string; upload: UploadRecord }> {
  const vaultName = nameOf(context, 'vaultName')
  return { vaultName, upload: await context.stores.uploads.find(vaultName, nameOf(context, 'uploadId')) }
}

function describe({ stores }: RequestContext, vaultName: string, upload: UploadRecord): object {
  return {
    ArchiveDescription: upload.description,
    CreationDate: upload.creationDate,
    MultipartUploadId: upload.uploadId,
    PartSizeInBytes: upload.partSize,
    VaultARN: stores.vaults.arnOf(vaultName),
  }
}
