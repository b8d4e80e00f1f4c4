/** The dependencies of a retrieval from a vault. */
import type { RetrievalContext } from '../retrieve/archive-reader.js'
import type { PollDelays } from '../retrieve/jobs/job.js'
import type { RetrievalPlan } from '../retrieve/retrieval-plan.js'
import { runtimeWith } from '../runtime/runtime.js'
import type { ReadOptions } from './retrieval-options.js'
import { storeOf } from './vault-store.js'

/** The store, the runtime and the retries for a plan. The options have been checked. */
export function retrievalContext(
  options: ReadOptions & { readonly poll?: PollDelays | undefined; readonly snsTopic?: string | undefined },
  plan: RetrievalPlan,
): RetrievalContext {
  const { retryFor, poll, snsTopic, signal, clock } = options
  return { store: storeOf(options), plan, runtime: runtimeWith(clock), retryFor, poll, snsTopic, signal }
}
