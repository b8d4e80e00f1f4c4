/**
 * Retrieval jobs: the service copies an archive out of its store, which takes minutes to hours, and then holds the
 * output ready for at least a day (protocol.md 2).
 */
import { setTimeout as delay } from 'node:timers/promises'
import { JobFailedError } from '../errors.js'
import type { Job, JobRequest, VaultClient } from '../vault/vault-client.js'

/** How long to wait between two looks at a job, in milliseconds: from the first, doubling, to the longest. */
export interface PollDelays {
  /** Default 1,000. */
  readonly first?: number | undefined
  /** Default 300,000: five minutes, of the hours a Standard retrieval takes. */
  readonly longest?: number | undefined
}

/**
 * Waits until a job has an output. The first look is taken at once.
 *
 * @throws {JobFailedError} `ERR_JOB_FAILED`: it ended without one
 * @throws {ServiceError} the job could not be looked at
 */
export async function waitForJob(
  client: VaultClient,
  request: JobRequest & { readonly signal: AbortSignal },
  { first = 1_000, longest = 300_000 }: PollDelays = {},
): Promise<Job> {
  let job = await client.describeJob(request)
  for (let pause = first; job.status === 'InProgress'; pause = Math.min(pause * 2, longest)) {
    await delay(pause, undefined, { signal: request.signal })
    job = await client.describeJob(request)
  }
  if (job.status === 'Failed') throw new JobFailedError(job.jobId, job.statusMessage)
  return job
}
