/** Multipart operations (protocol.md 1.3). */
import { parseInclusive, toInclusive } from '../../vault/byte-range.js'
import { isPartSize } from '../../vault/part-size.js'
import {
  checkedDescription,
  headerOf,
  locationOf,
  nameOf,
  requiredHeader,
  requiredNumber,
  type Answer,
  type Exchange,
} from '../http/exchange.js'
import { pageOf } from '../http/paging.js'
import { invalidParameter } from '../service-fault.js'
import type { UploadRecord } from '../storage/upload-store.js'
import { stored } from './archives.js'
import { announcedHashes, announcedLength, assertPlace } from './upload-body.js'

const MOST_ROWS = 50

/** InitiateMultipartUpload. */
export async function initiateMultipartUpload(exchange: Exchange): Promise<Answer> {
  const { stores } = exchange
  const vaultName = nameOf(exchange, 'vaultName')
  const partSize = requiredHeader(exchange, 'x-amz-part-size')
  if (!/^\d{1,15}$/.test(partSize) || !isPartSize(Number(partSize))) {
    throw invalidParameter(
      `Invalid part size: ${partSize}. Part size must not be null, must be a power of two ` +
        'and be between 1048576 and 4294967296 bytes.',
    )
  }
  const description = checkedDescription(headerOf(exchange, 'x-amz-archive-description'))
  await stores.ensureVault(vaultName)
  const { uploadId } = await stores.uploads.initiate(vaultName, Number(partSize), description)
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
  const text = requiredHeader(exchange, 'content-range')
  const range = /^bytes \d+-\d+\/\*$/.test(text) ? parseInclusive(text) : undefined
  if (!range) throw invalidParameter(`Invalid Content-Range: ${text}`)
  const length = announcedLength(exchange)
  if (range.end - range.start !== length) {
    throw invalidParameter(`Content-Range: ${text} is incompatible with Content-Length: ${length}`)
  }
  assertPlace(range, upload.partSize)
  const accept = announcedHashes(exchange)
  const { treeHash } = await uploads.receive(vaultName, upload, range, exchange.stream, accept)
  return { status: 204, headers: { 'x-amz-sha256-tree-hash': treeHash } }
}

/** CompleteMultipartUpload: the same archive for a day when repeated. */
export async function completeMultipartUpload(exchange: Exchange): Promise<Answer> {
  const vaultName = nameOf(exchange, 'vaultName')
  const size = requiredNumber(exchange, 'x-amz-archive-size')
  const wanted = requiredHeader(exchange, 'x-amz-sha256-tree-hash')
  const { uploads } = exchange.stores
  const archive = await uploads.complete(vaultName, nameOf(exchange, 'uploadId'), size, wanted)
  return stored(exchange, vaultName, archive)
}

/** AbortMultipartUpload: 204 for a day when repeated. */
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
    markerOf: (index) => String(index).padStart(5, '0'),
    form: /^\d{5}$/,
  })
  const parts = await uploads.parts(vaultName, upload, items)
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
    markerOf: ({ uploadId }) => uploadId,
    form: /^[\w-]{92}$/,
  })
  const list = items.map((upload) => describe(exchange, vaultName, upload))
  return { status: 200, json: { Marker: marker, UploadsList: list } }
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
