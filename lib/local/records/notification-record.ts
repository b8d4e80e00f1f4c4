/** `jobs/JOB_ID.notify`: the topics that are to be notified when a job is done. */
import { arrayOf, equals, isText, shaped } from './shape.js'

/** `JOB_ID.notify`. */
export interface NotificationRecord {
  readonly vaultName: string
  readonly jobId: string
  /** ARNs. */
  readonly topics: readonly string[]
}

/** Whether a value has the form of the {@link NotificationRecord} of a job. */
export function notificationFormOf(
  vaultName: string,
  jobId: string,
): (value: unknown) => value is NotificationRecord {
  return shaped<NotificationRecord>({
    vaultName: equals(vaultName),
    jobId: equals(jobId),
    topics: arrayOf(isText),
  })
}
