/** The dependencies of a retrieval from a store. */
import type { RetrievalContext } from '../retrieve/archive-reader.js'
import { planRetrieval } from '../retrieve/retrieval-plan.js'
import { runtimeWith } from '../runtime/runtime.js'
import type { RetrieveArchiveFields } from './retrieval-options.js'
import { targetStoreOf } from './upload-target.js'

/**
 * The store, the plan, the runtime and the retries of a retrieval. The options have been checked one by one.
 *
 * @param caller - name of the function that the options were passed to
 * @throws {TypeError} neither a store nor a client and the name of a vault; or both
 * @throws {RangeError} as {@link planRetrieval}
 */
export function retrievalContext(caller: string, options: RetrieveArchiveFields): RetrievalContext {
  const { retryFor, poll, snsTopic, checkLate, signal, clock } = options
  const store = targetStoreOf(caller, options)
  const plan = planRetrieval(options, store)
  return { store, plan, runtime: runtimeWith(clock), retryFor, poll, snsTopic, checkLate, signal }
}
