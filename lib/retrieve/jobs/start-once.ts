/**
 * Starts a job, and pays for it once: each InitiateJob that the service carries out is a new job
 * (docs/glacier-protocol.md#jobs).
 *
 * The request carries a random token in the job's description. After an attempt that the service may have carried out
 * without answering, the jobs are searched for that token before the next attempt.
 */
import { randomUUID } from 'node:crypto'
import { mayHaveActed } from '../../store/failure.js'
import type { Retry } from '../../transfer/retry.js'
import { itemsOf } from '../../store/paging.js'
import type { VaultClient, VaultRequest } from '../../client/vault-client.js'

/** Milliseconds to wait before each search for a job: a list may lag behind what was started. */
const SEARCH_DELAYS = [0, 1_000, 2_000, 4_000, 8_000]

/** What it takes to start a job. */
export interface StartMeans {
  /** Makes each call once. */
  readonly client: VaultClient
  readonly retry: Retry
  readonly vault: VaultRequest & { readonly signal: AbortSignal }
}

/**
 * Starts a job.
 *
 * @param send - sends the request once, with the description it is given
 * @returns the job's ID
 * @throws as {@link Retry.run}
 */
export async function startOnce(
  { client, retry, vault }: StartMeans,
  send: (description: string) => Promise<string>,
): Promise<string> {
  const description = `glacier-pipe ${randomUUID()}`
  let isUnanswered = false
  const search = async (): Promise<string | undefined> => {
    for await (const job of itemsOf((page) => client.listJobs({ ...vault, ...page })))
      if (job.description === description) return job.jobId
    return undefined
  }
  const attempt = async (): Promise<string> => {
    for (const delay of isUnanswered ? SEARCH_DELAYS : []) {
      if (delay > 0) await retry.clock.sleep(delay, vault.signal)
      const jobId = await search()
      if (jobId !== undefined) return jobId
    }
    try {
      return await send(description)
    } catch (error) {
      isUnanswered ||= mayHaveActed(error)
      throw error
    }
  }
  return retry.run(attempt, vault.signal)
}
