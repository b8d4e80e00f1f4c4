/**
 * Finds the archive that a text stands for, among those of one vault that a catalog knows. A text is, in this order:
 *
 * 1. an archive ID: one that the catalog knows, or any text that has the form of one
 * 2. the name of a stream, which stands for the newest of that name
 * 3. a name with a date, `NAME@2026-03-01`: the newest that was stored up to the end of that day
 * 4. the beginning of one archive ID
 * 5. `latest`, the newest of all; it may have a date too
 *
 * The newest is the newest complete one. A set whose end is not recorded, or that lacks volumes, is selected only if no
 * complete one matches, and the selection lists the newer ones that were passed over.
 */
import type { FileSystem } from '../../runtime/file-system.js'
import { systemFiles } from '../../runtime/system-files.js'
import { deletionTimesIn, mismatchedIn } from './archives.js'
import { foundById, foundByName, foundByPrefix, foundLatest, mayBeMeant } from './archive-matches.js'
import { KnownNames, nearNames } from './near-names.js'
import type { SelectableArchives, Selection } from './selection.js'
import { selectorOf } from './selector.js'
import {
  byTime,
  entriesInPlace,
  isInPlace,
  storedBlocksIn,
  type StoredEntry,
  type VaultPlace,
} from './stored-entries.js'

/**
 * Reads the archives of a catalog that may be selected.
 *
 * @param given - the texts that {@link selectArchive} will be called with
 * @param files - default the disk
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function selectableIn(
  file: string,
  given: readonly string[],
  files: FileSystem = systemFiles,
): Promise<SelectableArchives> {
  const isMeant = mayBeMeant(given)
  const known = new KnownNames()
  const entries: StoredEntry[] = []
  for await (const block of storedBlocksIn(file, files))
    for (const entry of block) {
      known.add(entry)
      if (isMeant(entry)) entries.push(entry)
    }
  const texts = new Set(given.map((one) => selectorOf(one).text))
  return {
    entries: byTime(entries),
    names: known.all(),
    mismatched: await mismatchedIn(file, files),
    deleted: await deletionTimesIn(file, files, texts),
  }
}

/**
 * Finds the archive that a text stands for.
 *
 * @param given - an ID, the beginning of one, a name, a name with a date, or `latest`; `id:` or `name:` before it says which
 * @param place - only its archives are selected by other texts than a whole ID
 */
export function selectArchive(given: string, archives: SelectableArchives, place: VaultPlace): Selection {
  const { kind, text } = selectorOf(given)
  const whole = kind === 'name' ? undefined : foundById(text, archives)
  if (whole) return whole
  const here = inPlace(archives, place)
  const named = kind === 'id' ? undefined : foundByName(text, here.entries)
  const found =
    named?.found ??
    (kind === 'name' ? undefined : foundByPrefix(text, here)) ??
    (kind === 'any' ? foundLatest(text, here.entries) : undefined)
  if (found) return found
  const name = named?.name ?? text
  const near = nearNames(name, here.names)
  const undated = name.replace(/@[^@]*$/, '') // what follows may be meant as a date
  return {
    result: 'unknown',
    name,
    near: near.length === 0 && undated !== name ? nearNames(undated, here.names) : near,
    oldest: named?.oldest,
  }
}

function inPlace(
  { entries, names, mismatched, deleted }: SelectableArchives,
  place: VaultPlace,
): SelectableArchives {
  return {
    entries: entriesInPlace(entries, place),
    names: names.filter((name) => isInPlace(name, place)),
    mismatched: mismatched.filter((record) => isInPlace(record, place)),
    deleted,
  }
}
