/** The vaults and archives in a catalog, as candidates. */
import { storedEntriesIn, type StoredEntry } from '../../../catalog/queries/stored-entries.js'
import { formatSize } from '../../output/format.js'
import type { Candidate } from './candidate.js'

/** Maximum number of candidates: more are of no use to a person. */
const MAX_CANDIDATES = 1000
/** Characters of an ID from which on IDs of named archives are candidates. */
const MIN_ID_CHARACTERS = 3
/** Names that would be read as an option or as another selector. */
const AMBIGUOUS = /^(?:-|latest$|id:|name:)|@/

/**
 * The names of the vaults that have archives.
 *
 * @param catalog - the path
 */
export async function vaultsIn(catalog: string): Promise<Candidate[]> {
  const names = new Set<string>()
  await storedEntriesIn(catalog, undefined, ({ vaultName }) => {
    names.add(vaultName)
    return false
  })
  return [...names].sort().map((word) => ({ word }))
}

/**
 * The archives of a vault, the newest first: their names, and the IDs of those without a name or that begin with the typed
 * word.
 *
 * @param catalog - the path
 * @param typed - the word at the cursor
 */
export async function archivesIn(
  catalog: string,
  vault: string | undefined,
  typed: string,
): Promise<Candidate[]> {
  const isCandidate = (entry: StoredEntry): boolean =>
    entry.vaultName === vault && wordsFor(entry, typed).some((word) => word.startsWith(typed))
  const entries = (await storedEntriesIn(catalog, undefined, isCandidate)).reverse()
  const found = new Map<string, Candidate>()
  for (const entry of entries) {
    for (const word of wordsFor(entry, typed)) {
      if (word.startsWith(typed) && !found.has(word)) found.set(word, { word, description: about(entry) })
    }
    if (found.size >= MAX_CANDIDATES) break
  }
  return [...found.values()]
}

function wordsFor({ id, name }: StoredEntry, typed: string): string[] {
  if (typed.startsWith('id:')) return [`id:${id}`]
  const ids = id.startsWith('-') ? [`id:${id}`] : [id]
  if (name === undefined) return ids
  const named = AMBIGUOUS.test(name) || typed.startsWith('name:') ? `name:${name}` : name
  return typed.length < MIN_ID_CHARACTERS ? [named] : [named, ...ids]
}

function about({ size, time }: StoredEntry): string {
  return `${formatSize(size)}, ${time.slice(0, 10)}`
}
