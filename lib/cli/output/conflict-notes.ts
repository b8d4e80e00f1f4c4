/**
 * Warnings about archive IDs for which the catalog has different tree hashes.
 */
import { conflictsIn, linesOf, type CatalogConflict } from '../../catalog/conflicts.js'
import type { Io } from '../io.js'
import { printNote } from './print.js'

/** Conflicts that are printed with their lines; of others, only the number. */
const MAX_PRINTED = 10

/** Warns of every conflict in a catalog, also with `--quiet`. For commands that can go on in spite of it. */
export async function warnOfConflictsIn(file: string, io: Io): Promise<void> {
  warnOfConflicts(await conflictsIn(file), io)
}

/** Warns of conflicts that were found. */
export function warnOfConflicts(conflicts: readonly CatalogConflict[], io: Io): void {
  for (const conflict of conflicts.slice(0, MAX_PRINTED)) {
    printNote(
      io,
      `Warning: the catalog has different tree hashes for the archive ${conflict.archiveId}. ` +
        '"glacier-pipe catalog rebuild" settles it. The lines are:',
    )
    for (const line of linesOf(conflict)) printNote(io, line)
  }
  const others = conflicts.length - MAX_PRINTED
  if (others > 0)
    printNote(io, `Warning: the catalog has different tree hashes for ${others} other archives too.`)
}
