/** Downloads that stop before their end. */
import type { VaultRetrieval } from '../../lib/vault/retrieval-options.js'
import { retrieveToFile } from '../../lib/vault/retrieve-to-file.js'
import { MIB } from '../../lib/sizes.js'
import { MemoryVault } from './memory-vault.js'
import { optionsFor } from './retrieval.js'

/** Leaves a file that was stopped after so many ranges. */
export async function stopped(
  file: string,
  bytes: Buffer,
  ranges: number,
  more: Partial<VaultRetrieval> = {},
): Promise<void> {
  const vault = MemoryVault.holding(bytes)
  vault.before = ({ operation, range }) => {
    if (operation === 'getJobOutput' && range && range.start >= ranges * MIB) throw new Error('stopped')
  }
  await retrieveToFile(file, optionsFor(vault, { concurrency: 1, ...more })).catch(() => undefined)
}
