/** `get --match --no-wait`: starts the jobs that can be read in time. */
import { formatCount } from '../../../output/format.js'
import type { TimedJob } from '../../../output/job-times.js'
import { printNote } from '../../../output/print.js'
import { JOB_WORDS } from '../retrieval-words.js'
import type { Connection } from '../../connection.js'
import { noteReturn, printStarted, type StartTask } from '../start-only.js'
import { Results } from './results.js'
import { queueOf } from './service-queue.js'
import type { ManyTask, PlannedArchive } from './task.js'

/** Starts the jobs that can be read in time, and prints their IDs. */
export async function startAll(
  archives: readonly PlannedArchive[],
  connection: Connection,
  task: ManyTask,
): Promise<void> {
  const { options, io, argv } = task
  const { vaultName, signal } = { ...task, ...io }
  const { accountId } = options
  const describeJob: StartTask['describeJob'] = (jobId) =>
    connection.retryingClient.describeJob({ vaultName, accountId, jobId, signal })
  const start = { describeJob, words: JOB_WORDS, options, io, argv }
  const queue = queueOf(archives, connection, task, () => undefined)
  const results = new Results(options, io, argv)
  const jobs: TimedJob[] = []
  const first = await queue.startFirst()
  for (const next of first) {
    const { output } = next.archive
    const { name, file, entry } = output
    const more = { name, file, archiveId: entry.id }
    if ('error' in next) await results.failed(output, next.error)
    else jobs.push(...(await printStarted(next.jobIds, start, more)))
  }
  if (!options.quiet) {
    if (archives.length === 0) printNote(io, 'All files are complete. No job is started.')
    else noteReturn(jobs, start)
    if (queue.waiting.length > 0)
      printNote(
        io,
        `That command starts the jobs of ${formatCount(queue.waiting.length, 'further archive')}, each in time to read its output before it expires.`,
      )
  }
  results.endOfStart()
}
