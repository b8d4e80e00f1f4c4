/** The bodies and headers of the service's responses (docs/glacier-protocol.md): a member without a value is `null`. */
import type { ByteRange } from '../../../../lib/byte-range.js'
import { arnOf } from '../../service/refusals.js'
import type {
  Caller,
  JobResponse,
  OutputResponse,
  ServiceRefusal,
  StoredResponse,
  UploadResponse,
  VaultResponse,
} from '../../service/service.js'
import { bytesReply, emptyReply, jsonReply, type Reply } from '../http/http.js'

/** The reply to a request that has stored an archive. */
export function storedReply({ archiveId, location, treeHash }: StoredResponse): Reply {
  const headers = { 'x-amz-archive-id': archiveId, location, 'x-amz-sha256-tree-hash': treeHash }
  return { ...emptyReply(201, headers), ids: { archiveId } }
}

/** The reply with a job's output, or with a range of it. */
export function outputReply({ bytes, size, treeHash }: OutputResponse, range: ByteRange | undefined): Reply {
  return bytesReply(range ? 206 : 200, bytes, {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'content-range': range && `bytes ${range.start}-${range.start + bytes.length - 1}/${size}`,
    'x-amz-sha256-tree-hash': treeHash,
  })
}

/** The reply that refuses a request. */
export function refusalReply({ status, code, message }: ServiceRefusal): Reply {
  return jsonReply(status, { message, code, type: status < 500 ? 'Client' : 'Server' })
}

/** The members of an upload in a list. */
export function uploadJson(
  caller: Caller,
  { uploadId, description, partSize, createdMs, accountId }: UploadResponse,
): object {
  return {
    MultipartUploadId: uploadId,
    VaultARN: arnOf({ ...caller, accountId }),
    ArchiveDescription: description ?? null,
    PartSizeInBytes: partSize,
    CreationDate: dateOf(createdMs),
  }
}

/** The members of a vault's description. */
export function vaultJson(caller: Caller, { createdMs, lastInventoryMs }: VaultResponse): object {
  return {
    VaultName: caller.vaultName,
    VaultARN: arnOf(caller),
    CreationDate: dateOf(createdMs),
    LastInventoryDate: lastInventoryMs === undefined ? null : dateOf(lastInventoryMs),
    NumberOfArchives: null,
    SizeInBytes: null,
  }
}

/** The members of a job's description. */
export function jobJson(caller: Caller, job: JobResponse): object {
  const { completedMs, range, inventoryFormat } = job
  return {
    JobId: job.jobId,
    JobDescription: job.description ?? null,
    Action: job.kind === 'archive' ? 'ArchiveRetrieval' : 'InventoryRetrieval',
    Completed: job.status !== 'InProgress',
    StatusCode: job.status,
    StatusMessage: job.status === 'InProgress' ? 'Operation in progress.' : job.status,
    VaultARN: arnOf({ ...caller, accountId: job.accountId }),
    CreationDate: dateOf(job.createdMs),
    CompletionDate: completedMs === undefined ? null : dateOf(completedMs),
    Tier: job.tier ?? null,
    SNSTopic: null,
    ArchiveId: job.archiveId ?? null,
    ArchiveSizeInBytes: job.archiveSize ?? null,
    ArchiveSHA256TreeHash: job.archiveTreeHash ?? null,
    RetrievalByteRange: range ? `${range.start}-${range.end - 1}` : null,
    SHA256TreeHash: job.treeHash ?? null,
    InventorySizeInBytes: job.inventorySize ?? null,
    InventoryRetrievalParameters: inventoryFormat
      ? { Format: inventoryFormat, StartDate: null, EndDate: null, Limit: null, Marker: null }
      : null,
  }
}

function dateOf(timeMs: number): string {
  return new Date(timeMs).toISOString()
}
