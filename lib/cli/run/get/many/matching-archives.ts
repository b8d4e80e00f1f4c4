/**
 * The archives whose names match a pattern. As where a name is given, the newest complete one of each name is meant, and
 * `PATTERN@2026-03-01` is the newest up to the end of that day.
 */
import { conflictsIn } from '../../../../catalog/queries/conflicts.js'
import { datedNameOf } from '../../../../catalog/queries/selector.js'
import {
  entriesInPlace,
  storedEntriesIn,
  type StoredEntry,
  type VaultPlace,
} from '../../../../catalog/queries/stored-entries.js'
import { namePattern } from '../../name-pattern.js'

/** The archives of one name, of which one is retrieved. */
export interface NamedArchives {
  readonly name: string
  /** The archives that can be retrieved, the newest first: at least one. */
  readonly entries: readonly [StoredEntry, ...StoredEntry[]]
}

/** An archive that matches and is not retrieved. */
export interface PassedOver {
  readonly entry: StoredEntry
  readonly reason: string
}

/** The archives that match a pattern. */
export interface MatchingArchives {
  /** In the order of the names. */
  readonly named: readonly NamedArchives[]
  /** Archives that are newer than the one that is retrieved, or the only ones of their name, the oldest first. */
  readonly passedOver: readonly PassedOver[]
}

/**
 * Finds the archives whose names match a pattern.
 *
 * @param file - the catalog
 * @param pattern - as `ls --name` takes it; it may have a date behind an `@`
 * @param includesIncomplete - whether a set counts of which only the end is missing or not known
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function matchingArchives(
  file: string,
  pattern: string,
  place: VaultPlace,
  includesIncomplete: boolean,
): Promise<MatchingArchives> {
  const contradictory = new Set((await conflictsIn(file)).map(({ archiveId }) => archiveId))
  const reasonOf = ({ set: { volumes, state, missing } }: StoredEntry): string | undefined => {
    if (volumes.some(({ archiveId }) => contradictory.has(archiveId)))
      return 'the catalog has different tree hashes for it; "catalog rebuild" settles that'
    if (state === 'complete' || (includesIncomplete && missing.length === 0)) return undefined
    return missing.length === 0 ? 'its end is not known; --incomplete retrieves it' : 'volumes are missing'
  }
  const byName = new Map<string, { usable: StoredEntry[]; passedOver: PassedOver[] }>()
  const entries = await storedEntriesIn(file, undefined, mayMatch(pattern))
  for (const entry of matching(entriesInPlace(entries, place), pattern)) {
    const { name = '' } = entry
    const ofName = byName.get(name) ?? { usable: [], passedOver: [] }
    byName.set(name, ofName)
    const reason = reasonOf(entry)
    if (reason !== undefined) {
      ofName.passedOver.push({ entry, reason })
      continue
    }
    ofName.usable.unshift(entry)
    ofName.passedOver = [] // older than a complete one
  }
  const names = [...byName].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    named: names.flatMap(
      ([
        name,
        {
          usable: [newest, ...older],
        },
      ]) => (newest ? { name, entries: [newest, ...older] as const } : []),
    ),
    passedOver: names.flatMap(([, { passedOver }]) => passedOver),
  }
}

/** Makes a function that says whether the name of an entry matches the pattern, or the pattern before a date. */
function mayMatch(pattern: string): (entry: StoredEntry) => boolean {
  const isMatch = namePattern(pattern)
  const isBeforeDate = namePattern(datedNameOf(pattern)?.name ?? pattern)
  return ({ name = '' }) => isMatch(name) || isBeforeDate(name)
}

/** The entries with a name that matches, the oldest first. */
function matching(entries: readonly StoredEntry[], pattern: string): StoredEntry[] {
  const named = entries.filter(({ name = '' }) => name !== '')
  const isMatch = namePattern(pattern)
  const found = named.filter(({ name = '' }) => isMatch(name))
  const dated = found.length === 0 ? datedNameOf(pattern) : undefined
  if (!dated) return found
  const isNamed = namePattern(dated.name)
  return named.filter(({ name = '', time }) => isNamed(name) && Date.parse(time) < dated.endMs)
}
