/** Warnings about archives for which the catalog has different tree hashes. */
import { conflictsIn, linesOf, type CatalogConflict } from '../../catalog/queries/conflicts.js'
import type { Io } from '../io.js'
import { formatCount } from './format.js'
import { printNote } from './print.js'

/** Maximum number of conflicts that are printed with their lines. Of others, only the number is printed. */
const MAX_PRINTED = 10

/** Warns about every conflict in a catalog, also with `--quiet`. For commands that can run despite conflicts. */
export async function warnOfConflictsIn(file: string, io: Io): Promise<void> {
  warnOfConflicts(await conflictsIn(file), io)
}

/** Warns about conflicts. */
export function warnOfConflicts(conflicts: readonly CatalogConflict[], io: Io): void {
  for (const conflict of conflicts.slice(0, MAX_PRINTED)) {
    printNote(
      io,
      `Warning: the catalog has different tree hashes for the archive ${conflict.archiveId}. ` +
        '"glacier-pipe catalog rebuild" settles the conflict. The lines are:',
    )
    for (const line of linesOf(conflict)) printNote(io, line)
  }
  const others = conflicts.length - MAX_PRINTED
  if (others > 0)
    printNote(
      io,
      `Warning: the catalog has different tree hashes for ${formatCount(others, 'other archive')}.`,
    )
}
