/**
 * One retrieval of an archive, or of a range of it: a job that is found or started, waited for, and begun anew where the
 * service has forgotten it.
 */
import type { ByteRange } from '../vault/byte-range.js'
import type { Clock } from '../vault/clock.js'
import type { Job, JobRequest, Tier, VaultClient, VaultRequest } from '../vault/vault-client.js'
import { findJob, waitForJob, type PollDelays } from './job.js'

/** What is retrieved. */
export interface RetrievalOrder {
  readonly archiveId: string
  /** What of it; default all. */
  readonly range?: ByteRange | undefined
  readonly tier?: Tier | undefined
}

/** How it is retrieved. */
export interface RetrievalMeans {
  /** Makes each request until it succeeds. */
  readonly client: VaultClient
  readonly vault: VaultRequest & { readonly signal: AbortSignal }
  readonly poll?: PollDelays | undefined
  readonly clock: Clock
  /** Is told of each job that is waited for, and whether it was there before. */
  readonly chosen: (jobId: string, found: boolean) => void
}

/** The slowest tier first. */
const TIERS: readonly unknown[] = ['Bulk', 'Standard', 'Expedited']

/**
 * The job to retrieve with: one that is there already, if there is, else a new one.
 *
 * @returns its ID
 */
export async function chooseJob(
  { client, vault, chosen }: RetrievalMeans,
  order: RetrievalOrder,
): Promise<string> {
  const found = await findJob(client, vault, (job) => retrieves(job, order))
  const jobId = found?.jobId ?? (await client.startRetrieval({ ...vault, ...order }))
  chosen(jobId, found !== undefined)
  return jobId
}

/** Waits for the job of a retrieval. */
export function readyJob({ client, vault, poll, clock }: RetrievalMeans, jobId: string): Promise<Job> {
  const request: JobRequest & typeof vault = { ...vault, jobId }
  return waitForJob(client, request, poll, clock)
}

function retrieves(job: Job, { archiveId, range, tier = 'Standard' }: RetrievalOrder): boolean {
  if (job.action !== 'ArchiveRetrieval' || job.archiveId !== archiveId || !job.range) return false
  const { start, end } = range ?? { start: 0, end: job.archiveSize }
  if (job.range.start !== start || job.range.end !== end) return false
  return job.status === 'Succeeded' || TIERS.indexOf(job.tier) >= TIERS.indexOf(tier)
}
