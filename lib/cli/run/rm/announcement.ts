/** The lines of `rm` before it deletes, and its question. */
import type { RmOptions } from '../../commands/archives/rm.js'
import { nowMsOf, type Io } from '../../io.js'
import { printNote } from '../../output/print.js'
import type { RegionalPrices } from '../costs/regional-prices.js'
import { confirm } from './confirmation.js'
import { earlyDeletionLines } from './early-deletion.js'
import { archiveOf, removalLines, type Removal } from './removal.js'

/**
 * Prints what will be deleted, and asks for confirmation.
 *
 * @param notes - more lines to print
 */
export async function announce(
  removals: readonly Removal[],
  prices: RegionalPrices,
  vaultName: string,
  options: RmOptions,
  io: Io,
  notes: readonly string[],
): Promise<void> {
  if (!options.quiet || !options.yes) {
    for (const line of removalLines(removals)) printNote(io, line)
    for (const line of earlyDeletionLines(removals.map(archiveOf), nowMsOf(io), prices)) printNote(io, line)
    for (const line of notes) printNote(io, line)
  }
  const count = removals.length === 1 ? 'the archive' : `${removals.length} archives`
  await confirm(`Delete ${count} from ${vaultName} permanently?`, options, io)
}
