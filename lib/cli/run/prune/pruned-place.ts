/** The place that `prune` deletes from: what its kind decides. A vault and a bucket are the two kinds. */
import type { PrunedVault } from './candidates.js'
import type { PrunePlan } from './prune-plan.js'

/** A vault or a bucket that is connected. */
export interface PrunedPlace {
  /** Where it is, as the catalog records it. */
  readonly vault: PrunedVault
  /** Whether the stream of a name is in the place; of a bucket, its key begins with the prefix. */
  readonly has: (name: string) => boolean
  /**
   * Deletes the archives of each entry that the plan deletes, the last volume first. An entry that cannot be deleted, or is kept
   * since something is not what the catalog says, does not stop the others.
   *
   * @throws {ReportedError} some were not deleted
   */
  readonly deletePlanned: (plan: PrunePlan) => Promise<void>
}
