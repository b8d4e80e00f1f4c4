/** `jobs VAULT`: lists the retrieval jobs of a vault. */
import { itemsOf } from '../../store/paging.js'
import type { VaultJob } from '../../client/vault-client.js'
import type { Io } from '../io.js'
import type { ConnectionOptions } from '../options/connection-options.js'
import { jobTimesOf } from '../output/job-times.js'
import { printData, printJson } from '../output/print.js'
import { withConnection } from './connection.js'

/** Runs `jobs`: prints the start, tier, content, ID and state of each job. */
export async function jobs(vaultName: string, options: ConnectionOptions, io: Io): Promise<void> {
  const { accountId, json } = options
  await withConnection(options, io, async ({ retryingClient: client }) => {
    const request = { vaultName, accountId, signal: io.signal }
    for await (const job of itemsOf((page) => client.listJobs({ ...request, ...page }))) {
      await (json ? printJson(io, { ...job, ...jobTimesOf(job) }) : printData(io, jobLine(job)))
    }
  })
}

/** A job in one line: its start, tier, content, ID, state and topic. */
export function jobLine(job: VaultJob): string {
  const { creationDate, tier = '-', jobId, snsTopic } = job
  const words = [creationDate, tier.padEnd(9), contentOf(job), jobId, stateOf(job)]
  return [...words, ...(snsTopic === undefined ? [] : [`notifies ${snsTopic}`])].join('  ')
}

function stateOf(job: VaultJob): string {
  const { expectedFrom, expectedTo, readyUntil } = jobTimesOf(job)
  if (readyUntil !== undefined) return `ready until at least ${readyUntil}`
  if (job.status === 'Failed') return 'failed'
  return expectedFrom === undefined || expectedTo === undefined
    ? 'in progress'
    : `in progress, expected between ${expectedFrom} and ${expectedTo}`
}

/** The content of the output: an archive, a byte range of it, or an inventory. */
function contentOf({ archiveId, archiveSize, range, inventory }: VaultJob): string {
  const isPart = range && range.end - range.start !== archiveSize
  return [
    inventory && `inventory ${inventory.format}`,
    archiveId,
    isPart && `bytes ${range.start}-${range.end}`,
  ]
    .filter((word) => typeof word === 'string')
    .join(' ')
}
