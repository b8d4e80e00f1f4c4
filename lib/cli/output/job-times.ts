/** When the output of a job is expected, and until when it is kept. */
import { retrievalTimeOf, type RetrievalTime } from '../../glacier/retrieval-times.js'
import type { Job } from '../../store/retrieval-store.js'
import { shellCommand } from './shell-command.js'
import { formatCount, formatTime } from './format.js'

/** The service keeps the output of a job for at least this time (docs/glacier-protocol.md#job-output). */
const OUTPUT_KEPT_MS = 86_400_000
const WORDS_OF_OUTPUT = ['-o', 'FILE']

/** When a job has an output. Times are ISO 8601, UTC; `undefined` if they do not apply or are not known. */
export interface JobTimes {
  /** When a job in progress is expected to be complete, at the earliest. */
  readonly expectedFrom: string | undefined
  /** When a job in progress is expected to be complete, at the latest. */
  readonly expectedTo: string | undefined
  /** The time until which the output of a complete job is kept at least. */
  readonly readyUntil: string | undefined
}

/** The fields of a job that decide on its times. */
export type TimedJob = Pick<Job, 'status' | 'tier' | 'creationDate' | 'completionDate' | 'expiryDate'> &
  Partial<Pick<Job, 'archiveId'>>

/**
 * The times of a job: those in the future of a job in progress are a rule of thumb of its tier.
 *
 * @param usualTime - the time that such a job takes, if it is known; default that of its tier in a vault
 */
export function jobTimesOf(
  { status, tier, creationDate, completionDate, expiryDate }: TimedJob,
  usualTime: RetrievalTime | undefined = retrievalTimeOf(tier),
): JobTimes {
  const usual = status === 'InProgress' ? usualTime : undefined
  const isReady = status === 'Succeeded' && completionDate !== undefined
  return {
    expectedFrom: usual && later(creationDate, usual.minMs),
    expectedTo: usual && later(creationDate, usual.maxMs),
    readyUntil: isReady ? later(completionDate, OUTPUT_KEPT_MS) : expiryDate,
  }
}

/** The words about jobs of a kind of store. */
export interface JobTimesWords {
  /** The number of jobs that have an output, and the output. */
  readonly complete: (count: number) => string
  /** The number of jobs that are in progress. */
  readonly inProgress: (count: number) => string
  /** The time that a job takes; `undefined` if it is not known. */
  readonly usualTime: (job: TimedJob) => RetrievalTime | undefined
}

/** The words about the jobs of a vault. */
export const JOB_TIMES: JobTimesWords = {
  complete: (count) => `${formatCount(count, 'job')} complete: the output`,
  inProgress: (count) => `${formatCount(count, 'job')} in progress`,
  usualTime: ({ tier }) => retrievalTimeOf(tier),
}

/**
 * The lines that say when to come back for the output of jobs, in local time. Failed jobs have none.
 *
 * @param words - default those about the jobs of a vault
 */
export function comeBackLines(jobs: readonly TimedJob[], words: JobTimesWords = JOB_TIMES): string[] {
  const times = jobs.map((job) => jobTimesOf(job, words.usualTime(job)))
  const from = times.flatMap(({ expectedFrom = [] }) => expectedFrom).sort()
  const to = times.flatMap(({ expectedTo = [] }) => expectedTo).sort()
  const until = times.flatMap(({ readyUntil = [] }) => readyUntil).sort()
  const [earliest, latest, [kept]] = [from[0], to.at(-1), until]
  const lines = []
  if (kept !== undefined) lines.push(`${words.complete(until.length)} is kept until ${formatTime(kept)}.`)
  if (earliest !== undefined && latest !== undefined)
    lines.push(
      `${words.inProgress(to.length)}: expected to be complete between ${formatTime(earliest)} and ${formatTime(latest)}.`,
    )
  return lines
}

/**
 * The command that retrieves the output: the same command without `--no-wait`.
 *
 * @param argv - the arguments of the command
 * @param needsOutput - whether a path must be given: the output would go to a terminal
 */
export function waitingCommand(argv: readonly string[], needsOutput: boolean): string {
  const index = argv.indexOf('--no-wait')
  const words = [...argv.slice(0, index), ...(needsOutput ? WORDS_OF_OUTPUT : []), ...argv.slice(index + 1)]
  return shellCommand(['glacier-pipe', ...words])
}

function later(time: string, ms: number): string | undefined {
  const date = new Date(Date.parse(time) + ms)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
