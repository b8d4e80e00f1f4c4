/** The words about the restores of objects, which are the jobs of a bucket. */
import { restoreTimesOf } from '../../../../s3/restore/restore-times.js'
import type { Tier } from '../../../../store/retrieval-store.js'
import { formatCount } from '../../../output/format.js'
import type { JobTimesWords, TimedJob } from '../../../output/job-times.js'
import { GET_OBJECTS } from '../../../output/progress/operation.js'
import { timeText } from '../../../output/progress/waiting-line.js'
import type { RetrievalWords } from '../retrieval-words.js'
import type { RetrievalTime } from '../../../../glacier/retrieval-times.js'
import type { FoundObject } from '../../objects/find-objects.js'

/** The restores of a `get`. */
export interface PlannedRestores {
  readonly objects: readonly FoundObject[]
  readonly tier: Tier
  /** How long restored copies are kept. */
  readonly days: number
}

/** The words about the restores of some objects. Those that can be read at once are not mentioned. */
export function restoreWords({ objects, tier, days }: PlannedRestores): RetrievalWords {
  const times = timesOf(objects)
  const usual = (archiveId: string): string => {
    const time = times.usualTime({ ...IN_PROGRESS, archiveId, tier })
    return time === undefined ? '' : `: ${timeText(time)}`
  }
  return {
    operation: GET_OBJECTS,
    used: (jobId, found) =>
      found
        ? undefined
        : `Started the restore of ${jobId}, ${tier}${usual(jobId)}. The copy is kept for ${formatCount(days, 'day')}. Waiting for it.`,
    waiting: ({ jobId }) => `The restore of ${jobId} is running already. Waiting for it.`,
    times,
    kept: objects.some(({ facts }) => restoreTimesOf(facts)) ? 'The restore is kept' : undefined,
    complete: 'the objects are restored',
    laterJobs: 'the other restores, each in time to read the copy before it expires',
  }
}

const IN_PROGRESS = { status: 'InProgress', creationDate: '', completionDate: undefined } as const

function timesOf(objects: readonly FoundObject[]): JobTimesWords {
  const usualTime = ({ archiveId, tier }: TimedJob): RetrievalTime | undefined => {
    const object = objects.find((one) => one.archiveId === archiveId)
    return object && tier && restoreTimesOf(object.facts)?.[tier]
  }
  return {
    complete: (count) => `${formatCount(count, 'object')} restored: the copy`,
    inProgress: (count) => `${formatCount(count, 'restore')} in progress`,
    usualTime,
  }
}
