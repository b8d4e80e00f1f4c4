/** The options of the function that retrieves an inventory. */
import type { PollDelays } from '../retrieve/jobs/job.js'
import type { InventoryFilter, InventoryFormat } from '../store/retrieval-store.js'
import type { RetryOptions } from '../transfer/retry.js'
import type { VaultOptions } from './vault-store.js'

/** The options of {@link inventory}. */
export interface InventoryOptions extends VaultOptions, RetryOptions, InventoryFilter {
  /** The format in which the service writes the inventory. Defaults to JSON; its CSV is ambiguous in rare cases. */
  readonly format?: InventoryFormat | undefined
  /** The ID of a job to wait for. By default a job is searched for, and started if none is found. */
  readonly jobId?: string | undefined
  /**
   * The ARN of an SNS topic that the service notifies when the job is over, if this call starts it. A job that exists
   * already keeps the topic that it was started with. Defaults to no topic.
   */
  readonly snsTopic?: string | undefined
  /** The delays between two requests for the state of the job. */
  readonly poll?: PollDelays | undefined
}
