/** `get --no-wait`: starts the jobs, prints their IDs, and says when to come back. */
import { picked } from '../../../options/check-options.js'
import { RETRIEVAL } from '../../../vault/retrieval-rules.js'
import { startRetrieval } from '../../../vault/retrieve-archive.js'
import type { GetOptions } from '../../commands/archives/get.js'
import type { Io } from '../../io.js'
import { toUsageError } from '../../options/option-names.js'
import { comeBackLines, jobTimesOf, waitingCommand, type TimedJob } from '../../output/job-times.js'
import { printData, printJson, printNote } from '../../output/print.js'
import type { RetrievalWords } from './retrieval-words.js'
import type { SourceRetrieval } from './source/get-source.js'

/** The dependencies of `get --no-wait`. */
export interface StartTask {
  /** Describes a job as it stands. */
  readonly describeJob: (jobId: string) => Promise<TimedJob>
  readonly words: RetrievalWords
  readonly options: GetOptions
  readonly io: Io
  /** The arguments of the command. */
  readonly argv: readonly string[]
}

/** Starts the jobs of a retrieval, prints their IDs, and says when to come back. */
export async function startOnly(retrieval: SourceRetrieval, task: StartTask): Promise<void> {
  const jobIds = await startRetrieval(picked(retrieval, RETRIEVAL)).catch((error: unknown) => {
    throw toUsageError(error)
  })
  const jobs = await printStarted(jobIds, task)
  const { options, io, words } = task
  if (options.quiet) return
  noteReturn(jobs, task)
  if (!retrieval.range && jobIds.length < [retrieval.archiveId].flat().length)
    printNote(io, `That command starts ${words.laterJobs}.`)
}

/**
 * Prints the IDs of started jobs, with `--json` also their times.
 *
 * @param more - further fields of the lines in JSON
 * @returns the jobs as they stand
 */
export async function printStarted(
  jobIds: readonly string[],
  { describeJob, words, options: { json, quiet }, io }: Omit<StartTask, 'argv'>,
  more: object = {},
): Promise<TimedJob[]> {
  const jobs: TimedJob[] = []
  for (const jobId of jobIds) {
    // The jobs are started: a policy that denies DescribeJob only hides their times.
    const job = json || !quiet ? await describeJob(jobId).catch(() => undefined) : undefined
    if (job) jobs.push(job)
    await (json
      ? printJson(io, {
          jobId,
          ...more,
          tier: job?.tier,
          ...(job && jobTimesOf(job, words.times.usualTime(job))),
        })
      : printData(io, jobId))
  }
  return jobs
}

/** Says when the jobs are expected to be complete, and which command retrieves their output. */
export function noteReturn(
  jobs: readonly TimedJob[],
  { options: { output }, words, io, argv }: Omit<StartTask, 'describeJob'>,
): void {
  for (const line of comeBackLines(jobs, words.times)) printNote(io, line)
  const command = waitingCommand(argv, output === undefined && io.stdout.isTTY === true)
  printNote(io, `When ${words.complete}, run the same command without --no-wait: ${command}`)
}
