/**
 * `jobs VAULT`: the retrieval jobs of a vault, what is ready and until when.
 */
import { itemsOf } from '../../client/paging.js'
import type { Job } from '../../store/retrieval-store.js'
import type { Io } from '../io.js'
import type { ConnectionOptions } from '../options/connection-options.js'
import { printData, printJson } from '../output/print.js'
import { withConnection } from './connection.js'

/** Milliseconds an output is there after its job's completion, at the least (docs/glacier-protocol.md#job-output). */
const KEPT = 86_400_000

/** Runs `jobs`: when begun, state, tier, what for, job ID, and until when it is ready, a line a job. */
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
    until === undefined ? (job.status === 'Failed' ? 'failed' : 'under way') : `ready until ${until} or later`
  return [job.creationDate, job.tier?.padEnd(9) ?? '-'.padEnd(9), whatOf(job), job.jobId, state].join('  ')
}

/** An archive, a range of one, or an inventory. */
function whatOf({ archiveId, archiveSize, range, inventory }: Job): string {
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
  return new Date(Date.parse(completionDate) + KEPT).toISOString()
}
