/** The dependencies of a retrieval from a vault. */
import { vaultClientOf } from '../client/glacier-client.js'
import type { RetrievalContext } from '../retrieve/archive-reader.js'
import type { PollDelays } from '../retrieve/jobs/job.js'
import type { RetrievalPlan } from '../retrieve/retrieval-plan.js'
import type { Clock } from '../runtime/clock.js'
import { systemRuntime, type Runtime } from '../runtime/runtime.js'
import type { ReadOptions } from './retrieval-options.js'
import { vaultStore, type VaultStore } from './vault-store.js'

/** The store, the runtime and the retries for a plan. The options have been checked. */
export function retrievalContext(
  options: ReadOptions & { readonly poll?: PollDelays | undefined },
  plan: RetrievalPlan,
): RetrievalContext {
  const { retryFor, poll, signal } = options
  return { store: storeOf(options), plan, runtime: runtimeOf(options), retryFor, poll, signal }
}

/** The vault of an options object, as a store. */
export function storeOf({
  client,
  ...vault
}: Pick<ReadOptions, 'client' | 'vaultName' | 'accountId'>): VaultStore {
  return vaultStore(vaultClientOf(client), vault)
}

/** The system's runtime, with the clock of an options object if it has one. */
export function runtimeOf({ clock }: { readonly clock?: Clock | undefined }): Runtime {
  return clock ? { ...systemRuntime, clock } : systemRuntime
}
