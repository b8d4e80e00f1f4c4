/** The description of a job, in responses and notifications (docs/glacier-protocol.md#job-descriptions). */
import { toInclusive } from '../../byte-range.js'
import { markersOf, type MarkerForm } from '../service/marker.js'
import type { JobRecord } from '../records/job-record.js'
import type { JobFiles } from './job-files.js'
import type { VaultFiles } from '../storage/vault-files.js'

/** The dependencies of a job's description. */
export interface JobDescriptionDeps {
  readonly jobs: Pick<JobFiles, 'isDone'>
  readonly vaults: Pick<VaultFiles, 'arnOf'>
}

/** The markers of a vault's inventory, for a job that continues the list of another. */
export function inventoryMarkers(vaultArn: string): MarkerForm {
  return markersOf(`${vaultArn}/inventory`)
}

/** The StatusCode of a job. */
export function jobStatus(
  { jobs }: Pick<JobDescriptionDeps, 'jobs'>,
  job: JobRecord,
): 'InProgress' | 'Succeeded' | 'Failed' {
  if (!jobs.isDone(job)) return 'InProgress'
  return job.failure === null ? 'Succeeded' : 'Failed'
}

/** The response of DescribeJob. Members that do not apply are `null`. */
export function jobDescription(stores: JobDescriptionDeps, vaultName: string, job: JobRecord): object {
  const status = jobStatus(stores, job)
  const isDone = status !== 'InProgress'
  const vaultArn = stores.vaults.arnOf(vaultName)
  const marker = job.action === 'ArchiveRetrieval' ? null : isDone ? job.nextMarker : job.marker
  return {
    Action: job.action,
    ArchiveId: null,
    ArchiveSHA256TreeHash: null,
    ArchiveSizeInBytes: null,
    Completed: isDone,
    CompletionDate: isDone ? job.completionDate : null,
    CreationDate: job.creationDate,
    InventoryRetrievalParameters: null,
    InventorySizeInBytes: null,
    JobDescription: job.description,
    JobId: job.jobId,
    JobOutputPath: null,
    OutputLocation: null,
    RetrievalByteRange: null,
    SHA256TreeHash: null,
    SNSTopic: job.snsTopic,
    SelectParameters: null,
    StatusCode: status,
    StatusMessage: isDone ? (job.failure ?? 'Succeeded') : 'Operation in progress.',
    Tier: null,
    VaultARN: vaultArn,
    ...(job.action === 'ArchiveRetrieval'
      ? {
          ArchiveId: job.archiveId,
          ArchiveSHA256TreeHash: job.archiveTreeHash,
          ArchiveSizeInBytes: job.archiveSize,
          RetrievalByteRange: toInclusive(job),
          SHA256TreeHash: isDone ? job.treeHash : null,
          Tier: job.tier,
        }
      : {
          InventoryRetrievalParameters: {
            EndDate: job.endDate,
            Format: job.format,
            Limit: job.limit === null ? null : String(job.limit),
            Marker: marker === null ? null : inventoryMarkers(vaultArn).write(marker),
            StartDate: job.startDate,
          },
          InventorySizeInBytes: isDone ? job.outputSize : null,
        }),
  }
}
