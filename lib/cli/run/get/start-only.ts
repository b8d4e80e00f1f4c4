/** `get --no-wait`: starts the jobs, prints their IDs, and says when to come back. */
import type { VaultClient, VaultJob } from '../../../client/vault-client.js'
import { picked } from '../../../options/check-options.js'
import type { VaultRetrieval } from '../../../vault/retrieval-options.js'
import { RETRIEVAL } from '../../../vault/retrieval-rules.js'
import { startRetrieval } from '../../../vault/retrieve-archive.js'
import type { GetOptions } from '../../commands/archives/get.js'
import type { Io } from '../../io.js'
import { toUsageError } from '../../options/option-names.js'
import { comeBackLines, jobTimesOf, waitingCommand } from '../../output/job-times.js'
import { printData, printJson, printNote } from '../../output/print.js'

/** The dependencies of `get --no-wait`. */
export interface StartTask {
  /** Repeats failed requests. */
  readonly retryingClient: Pick<VaultClient, 'describeJob'>
  readonly options: GetOptions
  readonly io: Io
  /** The arguments of the command. */
  readonly argv: readonly string[]
}

/** Starts the jobs of a retrieval, prints their IDs, and says when to come back. */
export async function startOnly(retrieval: VaultRetrieval, task: StartTask): Promise<void> {
  const jobIds = await startRetrieval(picked(retrieval, RETRIEVAL)).catch((error: unknown) => {
    throw toUsageError(error)
  })
  const jobs = await printStarted(jobIds, retrieval, task)
  const { options, io } = task
  if (options.quiet) return
  noteReturn(jobs, task)
  if (!retrieval.range && jobIds.length < [retrieval.archiveId].flat().length)
    printNote(io, 'That command starts the other jobs, each in time to read its output before it expires.')
}

/**
 * Prints the IDs of started jobs, with `--json` also their times.
 *
 * @param more - further fields of the lines in JSON
 * @returns the jobs as they stand
 */
export async function printStarted(
  jobIds: readonly string[],
  { vaultName, accountId }: Pick<VaultRetrieval, 'vaultName' | 'accountId'>,
  { retryingClient, options: { json, quiet }, io }: StartTask,
  more: object = {},
): Promise<VaultJob[]> {
  const jobs: VaultJob[] = []
  const { signal } = io
  for (const jobId of jobIds) {
    // The jobs are started: a policy that denies DescribeJob only hides their times.
    const job =
      json || !quiet
        ? await retryingClient.describeJob({ vaultName, accountId, jobId, signal }).catch(() => undefined)
        : undefined
    if (job) jobs.push(job)
    await (json
      ? printJson(io, { jobId, ...more, tier: job?.tier, ...(job && jobTimesOf(job)) })
      : printData(io, jobId))
  }
  return jobs
}

/** Says when the jobs are expected to be complete, and which command retrieves their output. */
export function noteReturn(
  jobs: readonly VaultJob[],
  { options: { output }, io, argv }: Pick<StartTask, 'options' | 'io' | 'argv'>,
): void {
  for (const line of comeBackLines(jobs)) printNote(io, line)
  const command = waitingCommand(argv, output === undefined && io.stdout.isTTY === true)
  printNote(io, `When the jobs are complete, run the same command without --no-wait: ${command}`)
}
