/** Shows what a retrieval does: its jobs, its retries and its progress. */
import type { RetrievalEvents } from '../../../retrieve/archive-reader.js'
import type { RetrievalPlan } from '../../../retrieve/retrieval-plan.js'
import { openJob } from '../../output/progress/operation.js'
import type { Progress, TransferSource } from '../../output/progress/progress.js'
import { noteTopic } from '../../output/topic-note.js'
import { JOB_WORDS, type RetrievalWords } from './retrieval-words.js'
import { followRetries } from '../../output/retry-notes.js'

/** A reader or a download: the part of each that emits events. */
export interface Retrieval extends TransferSource {
  /** The plan; `undefined` if the options are wrong. */
  readonly plan: RetrievalPlan | undefined
  on<Event extends keyof RetrievalEvents>(
    event: Event,
    listener: (...args: RetrievalEvents[Event]) => void,
  ): unknown
}

/**
 * Follows a retrieval.
 *
 * @param snsTopic - the topic that started jobs notify: a note says if a job in progress does not
 * @param words - default those about the jobs of a vault
 */
export function followReader(
  reader: Retrieval,
  progress: Progress,
  snsTopic?: string,
  words: RetrievalWords = JOB_WORDS,
): void {
  const started = new Set<string>()
  const note = (line: string | undefined): void => {
    if (line !== undefined) progress.note(line)
  }
  reader.on('job', (jobId, found) => {
    if (!found) started.add(jobId)
    note(words.used(jobId, found))
  })
  let ready = 0
  let isWaiting = false
  reader.on('waiting', (job) => {
    isWaiting = true
    noteTopic(job, snsTopic, note)
    if (!started.has(job.jobId)) note(words.waiting(job))
    progress.waiting(job, words.times.usualTime(job))
  })
  reader.on('ready', (job) => {
    isWaiting = false
    ready++
    progress.ready(job)
  })
  followRetries(reader, note)
  reader.on('warning', ({ message }) => {
    progress.note(message)
  })
  progress.follow(reader, () => {
    return openJob(Number(reader.plan?.jobs.length), ready, isWaiting, words.operation.section)
  })
}
