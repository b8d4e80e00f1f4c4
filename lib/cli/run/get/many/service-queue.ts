/** The queue of a command that retrieves many archives, with the service behind it. */
import { retrying } from '../../../../client/retrying-client.js'
import { NotFoundError } from '../../../../errors.js'
import { picked } from '../../../../options/check-options.js'
import { runtimeWith } from '../../../../runtime/runtime.js'
import { itemsOf } from '../../../../store/paging.js'
import type { VaultJob } from '../../../../client/vault-client.js'
import { Retry } from '../../../../transfer/retry.js'
import { RETRIEVAL } from '../../../../vault/retrieval-rules.js'
import { startRetrieval } from '../../../../vault/retrieve-archive.js'
import type { Connection } from '../../connection.js'
import { RetrievalQueue, type QueueService } from './retrieval-queue.js'
import type { ManyTask, PlannedArchive } from './task.js'

/**
 * Makes the queue of archives.
 *
 * @param onWaiting - called when a wait begins, with the jobs in progress
 */
export function queueOf(
  archives: readonly PlannedArchive[],
  { client }: Pick<Connection, 'client'>,
  { vaultName, options, io }: ManyTask,
  onWaiting: (jobs: readonly VaultJob[]) => void,
): RetrievalQueue<PlannedArchive> {
  const { signal } = io
  const { clock } = runtimeWith(io.clock)
  const { accountId, retryFor } = options
  const patient = retrying(client, new Retry({ retryFor, clock }, client))
  const to = { vaultName, accountId, signal }
  const service: QueueService<PlannedArchive> = {
    start: ({ retrieval }) => startRetrieval(picked(retrieval, RETRIEVAL)),
    look: async (jobIds) => {
      const requested = new Set(jobIds)
      const listed = new Map<string, VaultJob>()
      for await (const job of itemsOf((page) => patient.listJobs({ ...to, ...page })))
        if (requested.has(job.jobId)) listed.set(job.jobId, job) // a vault may have any number of jobs
      // A job that was just started may be missing in the list.
      const described = async (jobId: string): Promise<VaultJob | undefined> =>
        listed.get(jobId) ??
        patient.describeJob({ ...to, jobId }).catch((error: unknown) => {
          if (!(error instanceof NotFoundError)) throw error
          return undefined
        })
      return Promise.all(jobIds.map(described))
    },
    onWaiting,
  }
  return new RetrievalQueue(archives, service, clock, signal)
}
