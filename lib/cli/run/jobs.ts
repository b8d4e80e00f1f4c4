/** `jobs VAULT`: lists the retrieval jobs of a vault. */
import { itemsOf } from '../../store/paging.js'
import type { Job } from '../../store/retrieval-store.js'
import type { Io } from '../io.js'
import type { ConnectionOptions } from '../options/connection-options.js'
import { printData, printJson } from '../output/print.js'
import { withConnection } from './connection.js'

/** The service keeps the output of a job for at least this time (docs/glacier-protocol.md#job-output). */
const OUTPUT_KEPT_MS = 86_400_000

/** Runs `jobs`: prints the start, tier, content, ID and state of each job. */
export async function jobs(vaultName: string, options: ConnectionOptions, io: Io): Promise<void> {
  const { accountId, json } = options
  await withConnection(options, io, async ({ retryingClient: client }) => {
    const request = { vaultName, accountId, signal: io.signal }
    for await (const job of itemsOf((page) => client.listJobs({ ...request, ...page }))) {
      await (json ? printJson(io, { ...job, readyUntil: readyUntil(job) }) : printData(io, lineOf(job)))
    }
  })
}

function lineOf(job: Job): string {
  const until = readyUntil(job)
  const state =
    until === undefined
      ? job.status === 'Failed'
        ? 'failed'
        : 'in progress'
      : `ready until at least ${until}`
  return [job.creationDate, job.tier?.padEnd(9) ?? '-'.padEnd(9), contentOf(job), job.jobId, state].join('  ')
}

/** The content of the output: an archive, a byte range of it, or an inventory. */
function contentOf({ archiveId, archiveSize, range, inventory }: Job): string {
  const isPart = range && range.end - range.start !== archiveSize
  return [
    inventory && `inventory ${inventory.format}`,
    archiveId,
    isPart && `bytes ${range.start}-${range.end}`,
  ]
    .filter((word) => typeof word === 'string')
    .join(' ')
}

function readyUntil({ status, completionDate }: Job): string | undefined {
  if (status !== 'Succeeded' || completionDate === undefined) return undefined
  return new Date(Date.parse(completionDate) + OUTPUT_KEPT_MS).toISOString()
}
