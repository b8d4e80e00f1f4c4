/** The note about a job that does not notify the SNS topic of the command. */
import type { Job } from '../../store/retrieval-store.js'

/**
 * Notes that a job that is waited for notifies another topic than the given one, or none: it existed before.
 *
 * @param snsTopic - the topic of the command; `undefined` if none was given
 */
export function noteTopic(
  { jobId, snsTopic: found }: Pick<Job, 'jobId' | 'snsTopic'>,
  snsTopic: string | undefined,
  note: (line: string) => void,
): void {
  if (snsTopic === undefined || found === snsTopic) return
  note(`The job ${jobId} was started without this SNS topic, and does not notify it.`)
}
