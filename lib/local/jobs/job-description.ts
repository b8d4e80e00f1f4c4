/**
 * What is told of a job, on request or when it is done (docs/glacier-protocol.md#job-descriptions).
 */
import { toInclusive } from '../../byte-range.js'
import { markersOf, type MarkerForm } from '../service/marker.js'
import type { JobRecord } from '../records/job-record.js'
import type { JobFiles } from './job-files.js'
import type { VaultFiles } from '../storage/vault-files.js'

/** What it takes to describe a job. */
export interface JobDescriptionDeps {
  readonly jobs: Pick<JobFiles, 'isDone'>
  readonly vaults: Pick<VaultFiles, 'arnOf'>
}

/** The markers of a vault's inventory, for a job that goes on where another ended. */
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

/** What DescribeJob answers. What does not apply is `null`. */
export function jobDescription(stores: JobDescriptionDeps, vaultName: string, job: JobRecord): object {
  const status = jobStatus(stores, job)
  const done = status !== 'InProgress'
  const vaultArn = stores.vaults.arnOf(vaultName)
  const marker = job.action === 'ArchiveRetrieval' ? null : done ? job.nextMarker : job.marker
  return {
    Action: job.action,
    ArchiveId: null,
    ArchiveSHA256TreeHash: null,
    ArchiveSizeInBytes: null,
    Completed: done,
    CompletionDate: done ? job.completionDate : null,
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
    StatusMessage: done ? (job.failure ?? 'Succeeded') : 'Operation in progress.',
    Tier: null,
    VaultARN: vaultArn,
    ...(job.action === 'ArchiveRetrieval'
      ? {
          ArchiveId: job.archiveId,
          ArchiveSHA256TreeHash: job.archiveTreeHash,
          ArchiveSizeInBytes: job.archiveSize,
          RetrievalByteRange: toInclusive(job),
          SHA256TreeHash: done ? job.treeHash : null,
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
          InventorySizeInBytes: done ? job.outputSize : null,
        }),
  }
}
