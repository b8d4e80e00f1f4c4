/** The option of commands that start retrieval jobs: whom the service notifies when a job is over. */
import { Option } from 'commander'
import { parseSnsTopic } from './values/text.js'

/** The option of every command that starts jobs. */
export interface SnsOptions {
  /** The ARN of the SNS topic that the started jobs notify. */
  readonly snsTopic?: string
}

/** Makes the option of {@link SnsOptions}. */
export function snsTopicOption(): Option {
  return new Option(
    '--sns-topic <arn>',
    'notify this SNS topic when a job that is started is over',
  ).argParser(parseSnsTopic)
}
