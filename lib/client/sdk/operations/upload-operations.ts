/** The operations that upload archives. */
import { toContentRange } from '../../../glacier/range-format.js'
import type { InitiatedUpload, OpenUpload } from '../../../store/archive-store.js'
import type { Page, PageRequest } from '../../../store/pages.js'
import { addressOf } from '../../request-rules.js'
import type {
  ArchiveRequest,
  CompleteRequest,
  InitiateRequest,
  PartRequest,
  UploadRequest,
  VaultArchive,
  VaultPartsPage,
  VaultRequest,
} from '../../vault-client.js'
import type { SdkConnection } from '../sdk-connection.js'
import { markerOf, pageOf, toListedPart, toOpenUpload, toStoredArchive } from './response-fields.js'
import { requiredId, rowsOf } from './response-values.js'

/** UploadArchive. */
export async function uploadArchive(
  connection: SdkConnection,
  request: ArchiveRequest,
): Promise<VaultArchive> {
  const input = { ...addressOf('uploadArchive', request), archiveDescription: request.description }
  const output = await connection.send(
    'UploadArchive',
    request,
    (sdk, body) => new sdk.UploadArchiveCommand({ ...input, body }),
  )
  return toStoredArchive('UploadArchive', output)
}

/** InitiateMultipartUpload. */
export async function initiateUpload(
  connection: SdkConnection,
  request: InitiateRequest,
): Promise<InitiatedUpload> {
  const operation = 'InitiateMultipartUpload'
  const input = {
    ...addressOf('initiateUpload', request),
    archiveDescription: request.description,
    partSize: String(request.partSize),
  }
  const { uploadId, location } = await connection.call(
    operation,
    request,
    (sdk) => new sdk.InitiateMultipartUploadCommand(input),
  )
  return { uploadId: requiredId(operation, 'x-amz-multipart-upload-id', uploadId), location }
}

/** UploadMultipartPart. */
export async function uploadPart(
  connection: SdkConnection,
  request: PartRequest,
): Promise<string | undefined> {
  const address = addressOf('uploadPart', request)
  const input = { ...address, uploadId: request.uploadId, range: toContentRange(request.range) }
  const output = await connection.send(
    'UploadMultipartPart',
    request,
    (sdk, body) => new sdk.UploadMultipartPartCommand({ ...input, body }),
  )
  return output.checksum
}

/** CompleteMultipartUpload. */
export async function completeUpload(
  connection: SdkConnection,
  request: CompleteRequest,
): Promise<VaultArchive> {
  const operation = 'CompleteMultipartUpload'
  const input = {
    ...addressOf('completeUpload', request),
    uploadId: request.uploadId,
    archiveSize: String(request.size),
    checksum: request.treeHash,
  }
  const output = await connection.call(
    operation,
    request,
    (sdk) => new sdk.CompleteMultipartUploadCommand(input),
  )
  return toStoredArchive(operation, output)
}

/** AbortMultipartUpload. */
export async function abortUpload(connection: SdkConnection, request: UploadRequest): Promise<void> {
  const input = { ...addressOf('abortUpload', request), uploadId: request.uploadId }
  await connection.call('AbortMultipartUpload', request, (sdk) => new sdk.AbortMultipartUploadCommand(input))
}

/** ListParts. */
export async function listParts(
  connection: SdkConnection,
  request: UploadRequest & PageRequest,
): Promise<VaultPartsPage> {
  const input = { ...addressOf('listParts', request), uploadId: request.uploadId, ...pageOf(request) }
  const output = await connection.call('ListParts', request, (sdk) => new sdk.ListPartsCommand(input))
  // Some services leave it out if the upload has no part. A response that was cut lacks the upload as well.
  const items = rowsOf('ListParts', 'Parts', output.Parts ?? null).map(toListedPart)
  return { upload: toOpenUpload('ListParts', output), items, marker: markerOf('ListParts', output) }
}

/** ListMultipartUploads. */
export async function listUploads(
  connection: SdkConnection,
  request: VaultRequest & PageRequest,
): Promise<Page<OpenUpload>> {
  const operation = 'ListMultipartUploads'
  const input = { ...addressOf('listUploads', request), ...pageOf(request) }
  const output = await connection.call(
    operation,
    request,
    (sdk) => new sdk.ListMultipartUploadsCommand(input),
  )
  const items = rowsOf(operation, 'UploadsList', output.UploadsList).map((upload) =>
    toOpenUpload(operation, upload),
  )
  return { items, marker: markerOf(operation, output) }
}
