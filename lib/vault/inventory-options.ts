/** The options of the function that retrieves an inventory. */
import type { GlacierClientLike } from '../client/glacier-client-like.js'
import type { VaultClient, VaultRequest } from '../client/vault-client.js'
import type { PollDelays } from '../retrieve/jobs/job.js'
import type { InventoryFilter, InventoryFormat } from '../store/retrieval-store.js'
import type { RetryOptions } from '../transfer/retry.js'

/** The options of {@link inventory}. */
export interface InventoryOptions extends VaultRequest, RetryOptions, InventoryFilter {
  /**
   * A `GlacierClient` of any version of the SDK, or any `VaultClient`. Middleware that was added to a client of an SDK
   * before 3.929 is not run.
   */
  readonly client: GlacierClientLike | VaultClient
  /** The format in which the service writes the inventory. Defaults to JSON; its CSV is ambiguous in rare cases. */
  readonly format?: InventoryFormat | undefined
  /** The ID of a job to wait for. By default a job is searched for, and started if none is found. */
  readonly jobId?: string | undefined
  /** The delays between two requests for the state of the job. */
  readonly poll?: PollDelays | undefined
}
