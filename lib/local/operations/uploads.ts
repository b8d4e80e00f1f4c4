/** Multipart operations (docs/glacier-protocol.md#multipart-uploads). */
import { toInclusive } from '../../byte-range.js'
import { MAX_PART_SIZE, MAX_PARTS } from '../../glacier/limits.js'
import { isPartSize } from '../../glacier/part-size.js'
import {
  checkedDescription,
  headerOf,
  locationOf,
  nameOf,
  requiredHeader,
  wholeNumberIn,
  type Answer,
  type Exchange,
} from '../requests/request-context.js'
import { pageOf } from '../requests/paging.js'
import { markersOf } from '../service/marker.js'
import { invalidParameter, whileThere } from '../service/api-error.js'
import type { UploadRecord } from '../storage/upload-files.js'
import { stored } from './archives.js'
import { announcedHashes, announcedPlace, hashIn } from './upload-body.js'

const MOST_ROWS = 50

/** InitiateMultipartUpload. */
export async function initiateMultipartUpload(exchange: Exchange): Promise<Answer> {
  const { stores } = exchange
  const vaultName = nameOf(exchange, 'vaultName')
  const text = requiredHeader(exchange, 'x-amz-part-size')
  const partSize = wholeNumberIn(text)
  if (partSize === undefined || !isPartSize(partSize)) {
    throw invalidParameter(
      `Invalid part size: ${text}. Part size must not be null, must be a power of two ` +
        'and be between 1048576 and 4294967296 bytes.',
    )
  }
  const description = checkedDescription(headerOf(exchange, 'x-amz-archive-description'))
  await stores.ensureVault(vaultName)
  const { uploadId } = await stores.uploads.initiate(vaultName, partSize, description)
  return {
    status: 201,
    headers: {
      location: locationOf(exchange, 'vaults', vaultName, 'multipart-uploads', uploadId),
      'x-amz-multipart-upload-id': uploadId,
    },
  }
}

/** UploadMultipartPart. A short part that is not the last is taken, and makes the completion fail. */
export async function uploadMultipartPart(exchange: Exchange): Promise<Answer> {
  const { uploads } = exchange.stores
  const { vaultName, upload } = await uploadOf(exchange)
  const range = announcedPlace(exchange, upload.partSize)
  const accept = announcedHashes(exchange)
  const { treeHash } = await uploads.receive(vaultName, upload, range, exchange.stream, accept)
  return { status: 204, headers: { 'x-amz-sha256-tree-hash': treeHash } }
}

/** CompleteMultipartUpload: the same archive when repeated. */
export async function completeMultipartUpload(exchange: Exchange): Promise<Answer> {
  const vaultName = nameOf(exchange, 'vaultName')
  const text = requiredHeader(exchange, 'x-amz-archive-size')
  const size = wholeNumberIn(text) ?? 0
  if (size < 1 || size > MAX_PARTS * MAX_PART_SIZE)
    throw invalidParameter(`Invalid x-amz-archive-size: ${text}`)
  const treeHash = hashIn(exchange, 'x-amz-sha256-tree-hash')
  const { uploads, undocumented } = exchange.stores
  const { archive, isRepeated } = await uploads.complete(vaultName, nameOf(exchange, 'uploadId'), {
    size,
    treeHash,
  })
  const answer = stored(exchange, vaultName, archive)
  if (!isRepeated || undocumented.repeatHash) return answer
  return { ...answer, headers: { ...answer.headers, 'x-amz-sha256-tree-hash': undefined } }
}

/** AbortMultipartUpload: 204 when repeated. */
export async function abortMultipartUpload(exchange: Exchange): Promise<Answer> {
  await exchange.stores.uploads.abort(nameOf(exchange, 'vaultName'), nameOf(exchange, 'uploadId'))
  return { status: 204 }
}

/** ListParts, sorted by range. */
export async function listParts(exchange: Exchange): Promise<Answer> {
  const { vaultName, upload } = await uploadOf(exchange)
  const { uploads } = exchange.stores
  const indexes = await uploads.partIndexes(vaultName, upload)
  const { items, marker } = pageOf(exchange, indexes, {
    most: MOST_ROWS,
    keyOf: (index) => String(index).padStart(5, '0'),
    markers: markersOf(`${uploadsOf(exchange, vaultName)}/${upload.uploadId}`),
  })
  const find = (): Promise<UploadRecord> => uploads.find(vaultName, upload.uploadId)
  const parts = await whileThere(find, () => uploads.parts(vaultName, upload, items))
  return {
    status: 200,
    json: {
      ...describe(exchange, vaultName, upload),
      Marker: marker,
      Parts: parts.map((part) => ({ RangeInBytes: toInclusive(part), SHA256TreeHash: part.treeHash })),
    },
  }
}

/** ListMultipartUploads: those that are open. */
export async function listMultipartUploads(exchange: Exchange): Promise<Answer> {
  const vaultName = nameOf(exchange, 'vaultName')
  const uploads = await exchange.stores.uploads.list(vaultName)
  const { items, marker } = pageOf(exchange, uploads, {
    most: MOST_ROWS,
    keyOf: ({ uploadId }) => uploadId,
    markers: markersOf(uploadsOf(exchange, vaultName)),
  })
  const list = items.map((upload) => describe(exchange, vaultName, upload))
  return { status: 200, json: { Marker: marker, UploadsList: list } }
}

/** What the list of a vault's uploads is called. */
function uploadsOf({ stores }: Exchange, vaultName: string): string {
  return `${stores.vaults.arnOf(vaultName)}/multipart-uploads`
}

async function uploadOf(exchange: Exchange): Promise<{ vaultName: string; upload: UploadRecord }> {
  const vaultName = nameOf(exchange, 'vaultName')
  return { vaultName, upload: await exchange.stores.uploads.find(vaultName, nameOf(exchange, 'uploadId')) }
}

function describe({ stores }: Exchange, vaultName: string, upload: UploadRecord): object {
  return {
    ArchiveDescription: upload.description,
    CreationDate: upload.creationDate,
    MultipartUploadId: upload.uploadId,
    PartSizeInBytes: upload.partSize,
    VaultARN: stores.vaults.arnOf(vaultName),
  }
}
