/** The ways in which a text stands for an archive. Each function returns `undefined` if the text does not, in its way. */
import { isArchiveId } from '../../glacier/names.js'
import type { Candidate, FoundArchive, SelectableArchives, Selection } from './selection.js'
import { isInSameVault, isObjectId } from '../vault-address.js'
import { datedNameOf, LATEST, selectorOf } from './selector.js'
import { archivesOfSet } from './sets.js'
import { accountIn, type StoredEntry } from './stored-entries.js'

/** The smallest number of characters that the beginning of an ID must have. */
export const MIN_PREFIX_LENGTH = 4

/**
 * Makes a function that says whether one of some texts may stand for a stream. A catalog may have millions of streams, and
 * only these are kept in memory.
 */
export function mayBeMeant(given: readonly string[]): (entry: StoredEntry) => boolean {
  const selectors = given.map(selectorOf)
  if (selectors.some(({ kind, text }) => kind === 'any' && isLatest(text))) return () => true
  const names = new Set(
    selectors
      .filter(({ kind }) => kind !== 'id')
      .flatMap(({ text }) => [text, datedNameOf(text)?.name ?? text])
      .map(normalized),
  )
  const beginnings = selectors.filter(({ kind }) => kind !== 'name').map(({ text }) => text)
  return ({ id, name, set }) => {
    if (name !== undefined && names.has(normalized(name))) return true
    const ids = [id, ...archivesOfSet(set).map(({ archiveId }) => archiveId)]
    return beginnings.some((beginning) => ids.some((one) => one.startsWith(beginning)))
  }
}

/** Finds an archive by its whole ID, in any vault. An ID that the catalog does not know must have the form of one. */
export function foundById(
  archiveId: string,
  { entries, mismatched, deleted }: SelectableArchives,
): FoundArchive | undefined {
  const entry = entries.find((one) => one.id === archiveId || hasVolume(one, archiveId))
  const deletedAt = deleted.get(archiveId)
  const isKnown = entry !== undefined || deletedAt !== undefined
  const isId = isArchiveId(archiveId) || isObjectId(archiveId)
  if (!isKnown && !isId && !mismatched.some((one) => one.archiveId === archiveId)) return undefined
  return { result: 'found', by: 'id', archiveId, entry, matches: [], passedOver: [], deletedAt }
}

/** Finds an archive by a name, which may have a date. */
export function foundByName(
  text: string,
  entries: readonly StoredEntry[],
): {
  readonly found: Selection | undefined
  readonly name: string
  readonly oldest: StoredEntry | undefined
} {
  const exact = entries.filter(isNamed(text))
  const dated = exact.length > 0 ? undefined : datedNameOf(text)
  if (!dated) return { found: newestOf(exact, 'name'), name: text, oldest: undefined }
  const { name, endMs } = dated
  const ofName = entries.filter(isNamed(name))
  const found = newestOf(ofName.filter(isBefore(endMs)), 'name')
  return { found, name, oldest: ofName[0] }
}

/** Finds the archive whose ID begins with a text. */
export function foundByPrefix(
  text: string,
  { entries, mismatched }: Pick<SelectableArchives, 'entries' | 'mismatched'>,
): Selection | undefined {
  if (text.length < MIN_PREFIX_LENGTH) return undefined
  const candidates = new Map<string, Candidate>()
  for (const entry of entries)
    for (const archiveId of [entry.id, ...idsOf(entry)])
      if (archiveId.startsWith(text)) candidates.set(archiveId, { archiveId, entry })
  for (const { archiveId } of mismatched)
    if (archiveId.startsWith(text)) candidates.set(archiveId, { archiveId, entry: undefined })
  const [only, ...others] = candidates.values()
  if (!only) return undefined
  if (others.length > 0) return { result: 'ambiguous', candidates: [only, ...others] }
  const { archiveId, entry } = only
  const matches = entry ? [entry] : []
  return {
    result: 'found',
    by: 'prefix',
    archiveId,
    entry,
    matches,
    passedOver: [],
    deletedAt: undefined,
  }
}

/** Finds the newest archive for `latest`, which may have a date. */
export function foundLatest(text: string, entries: readonly StoredEntry[]): Selection | undefined {
  if (text === LATEST) return newestOf(entries, 'latest')
  const dated = datedNameOf(text)
  return dated?.name === LATEST ? newestOf(entries.filter(isBefore(dated.endMs)), 'latest') : undefined
}

/** The newest complete one of some streams; if none is complete, the newest whose end is not recorded, or the newest. */
function newestOf(matches: readonly StoredEntry[], by: 'name' | 'latest'): Selection | undefined {
  const isOfState = (state: StoredEntry['set']['state']) => (entry: StoredEntry) => entry.set.state === state
  const entry =
    matches.findLast(isOfState('complete')) ?? matches.findLast(isOfState('unknown')) ?? matches.at(-1)
  if (!entry) return undefined
  if (isInSeveralPlaces(matches))
    return { result: 'ambiguous', candidates: matches.map((one) => ({ archiveId: one.id, entry: one })) }
  const passedOver = matches.slice(matches.indexOf(entry) + 1)
  return {
    result: 'found',
    by,
    archiveId: entry.id,
    entry,
    matches,
    passedOver,
    deletedAt: undefined,
  }
}

/** Whether streams are in vaults of one name at several services, regions or accounts: none is the newest of all. */
function isInSeveralPlaces(entries: readonly StoredEntry[]): boolean {
  const accounts = new Set(entries.flatMap(({ set }) => accountIn(set.volumes[0]) ?? []))
  return (
    accounts.size > 1 ||
    entries.some((a) => entries[0] && !isInSameVault(a, entries[0]) && !isInSameVault(entries[0], a))
  )
}

function isNamed(name: string): (entry: StoredEntry) => boolean {
  const requested = normalized(name)
  return (entry) => entry.name !== undefined && normalized(entry.name) === requested
}

function isBefore(endMs: number): (entry: StoredEntry) => boolean {
  return ({ time }) => Date.parse(time) < endMs
}

function hasVolume({ set }: StoredEntry, archiveId: string): boolean {
  return archivesOfSet(set).some((volume) => volume.archiveId === archiveId)
}

function idsOf({ set }: StoredEntry): string[] {
  return archivesOfSet(set).map(({ archiveId }) => archiveId)
}

/** A name in the form in which names are compared: macOS writes `é` as two characters. */
function normalized(name: string): string {
  return name.normalize('NFC')
}

function isLatest(text: string): boolean {
  return (datedNameOf(text)?.name ?? text) === LATEST
}
