/** The output that a job must have, and how such a job is started. */
import type { Job } from '../../store/retrieval-store.js'

/** The output that a job must have. */
export interface JobDefinition {
  /** The archive that it retrieves; default none: an inventory. */
  readonly archiveId?: string | undefined
  /** Whether an existing job has that output, or will have it soon enough. */
  matches(job: Job): boolean
  /** Sends the request that starts such a job, once. Resolves to the job ID. */
  start(description: string): Promise<string>
}
