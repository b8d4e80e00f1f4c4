/**
 * A retrieval of the archive `a` from a {@link MemoryVault}, and the requests it made.
 */
import type { VaultRetrieval } from '../../lib/vault/retrieval-options.js'
import { MIB } from '../../lib/sizes.js'
import type { MemoryVault } from './memory-vault.js'
import { VirtualClock } from './virtual-clock.js'

/** Options for reading the archive `a` in ranges of 1 MiB, two at once, with pauses that take no time. */
export function optionsFor(client: MemoryVault, more: Partial<VaultRetrieval> = {}): VaultRetrieval {
  const subject = { client, vaultName: 'backups', archiveId: 'a' }
  const pace = { rangeSize: MIB, retryFor: 100_000, concurrency: 2, clock: new VirtualClock() }
  return { ...subject, ...pace, ...more }
}

/** The number of requests for an operation that a vault has received. */
export function count({ operations }: MemoryVault, operation: string): number {
  return operations.filter((other) => other === operation).length
}
