/** The responses of the simulated service in the terms of the port, as the SDK's adapter maps them. */
import type { VaultJob } from '../../../lib/client/vault-client.js'
import type { Vault, VaultArchive } from '../../../lib/client/vault-client.js'
import type { OpenUpload } from '../../../lib/store/archive-store.js'
import { arnOf } from '../service/refusals.js'
import type {
  Caller,
  JobResponse,
  StoredResponse,
  UploadResponse,
  VaultResponse,
} from '../service/service.js'

/** Maps a time to ISO 8601 with milliseconds. */
export function isoOf(timeMs: number): string {
  return new Date(timeMs).toISOString()
}

/** Maps the response to a request that has stored an archive. */
export function toStoredArchive({ archiveId, treeHash, location }: StoredResponse): VaultArchive {
  return { archiveId, treeHash, location }
}

/** Maps an upload. */
export function toOpenUpload(upload: UploadResponse): OpenUpload {
  const { uploadId, partSize, description, createdMs, accountId } = upload
  return { uploadId, partSize, description, creationDate: isoOf(createdMs), accountId }
}

/** Maps a job. */
export function toJob(job: JobResponse): VaultJob {
  const { jobId, kind, status, description, createdMs, completedMs, tier, inventoryFormat } = job
  const { archiveId, archiveSize, archiveTreeHash, range, treeHash, inventorySize } = job
  return {
    jobId,
    action: kind === 'archive' ? 'ArchiveRetrieval' : 'InventoryRetrieval',
    status,
    statusMessage: status === 'InProgress' ? 'Operation in progress.' : status,
    description,
    snsTopic: undefined,
    creationDate: isoOf(createdMs),
    completionDate: completedMs === undefined ? undefined : isoOf(completedMs),
    tier,
    archiveId,
    archiveSize,
    archiveTreeHash,
    range,
    treeHash,
    inventorySize,
    inventory: inventoryFormat && {
      format: inventoryFormat,
      startDate: undefined,
      endDate: undefined,
      limited: false,
    },
  }
}

/** Maps a vault. */
export function toVault(caller: Caller, { createdMs, lastInventoryMs }: VaultResponse): Vault {
  return {
    vaultName: caller.vaultName,
    arn: arnOf(caller),
    creationDate: isoOf(createdMs),
    lastInventoryDate: lastInventoryMs === undefined ? undefined : isoOf(lastInventoryMs),
    archiveCount: undefined,
    size: undefined,
  }
}
