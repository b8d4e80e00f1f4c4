/** Shows what a retrieval does: its jobs, its retries and its progress. */
import type { RetrievalEvents } from '../../../retrieve/archive-reader.js'
import type { RetrievalPlan } from '../../../retrieve/retrieval-plan.js'
import { openJob } from '../../output/progress/operation.js'
import type { Progress, TransferSource } from '../../output/progress/progress.js'
import { noteTopic } from '../../output/topic-note.js'
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
 */
export function followReader(reader: Retrieval, progress: Progress, snsTopic?: string): void {
  reader.on('job', (jobId, found) => {
    progress.note(
      `${found ? 'Found the retrieval job' : 'Started the retrieval job'} ${jobId}. Waiting for it.`,
    )
  })
  let ready = 0
  let isWaiting = false
  reader.on('waiting', (job) => {
    isWaiting = true
    noteTopic(job, snsTopic, (line) => {
      progress.note(line)
    })
    progress.waiting(job)
  })
  reader.on('ready', (job) => {
    isWaiting = false
    ready++
    progress.ready(job)
  })
  followRetries(reader, (line) => {
    progress.note(line)
  })
  reader.on('warning', ({ message }) => {
    progress.note(message)
  })
  progress.follow(reader, () => openJob(Number(reader.plan?.jobs.length), ready, isWaiting))
}
