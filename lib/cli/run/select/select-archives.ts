/**
 * The archives that a command is given: IDs, beginnings of IDs, names, names with dates, or `latest`. A note says which
 * archive a text other than a whole ID stands for. Only a whole ID needs neither the vault's address nor the catalog.
 */
import { selectableIn, selectArchive } from '../../../catalog/queries/select-archive.js'
import type { FoundArchive, SelectableArchives } from '../../../catalog/queries/selection.js'
import { selectorOf } from '../../../catalog/queries/selector.js'
import type { VaultPlace } from '../../../catalog/queries/stored-entries.js'
import { deletionTimesIn } from '../../../catalog/queries/archives.js'
import { isObjectId } from '../../../catalog/vault-address.js'
import { isArchiveId } from '../../../glacier/names.js'
import type { Io } from '../../io.js'
import type { ConnectionOptions } from '../../options/connection-options.js'
import { entryText } from '../../output/entry-text.js'
import { formatTime } from '../../output/format.js'
import { printNote } from '../../output/print.js'
import type { Connection } from '../connection.js'
import { catalogFileOf } from '../data-folder.js'
import { ambiguousError, unknownError } from './selection-errors.js'

/** How a command selects archives. */
export interface SelectionTask {
  readonly vaultName: string
  readonly options: ConnectionOptions
  readonly io: Io
  /** Finds out where the vault is. It is not called if every text is a whole ID. */
  readonly place: () => Promise<VaultPlace>
  /** Whether a text that several archives match is refused, even if one of them is the newest. */
  readonly isStrict: boolean
}

/**
 * Finds the archives that texts stand for, in the order of the texts.
 *
 * @throws {UsageError} a text stands for no archive, or for several
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function selectArchives(
  given: readonly string[],
  task: SelectionTask,
): Promise<readonly FoundArchive[]> {
  const { vaultName, options, io } = task
  const file = catalogFileOf(options, io.env)
  const areIds = given.every(isWholeId)
  const archives = areIds ? await withoutEntries(file, given) : await selectableIn(file, given)
  const place = areIds ? { vaultName } : await task.place()
  const selected = given.map((text) => ({ text, selection: selectArchive(text, archives, place) }))
  return selected.map(({ text, selection }) => {
    if (selection.result === 'unknown') throw unknownError(text, selection, vaultName)
    if (selection.result === 'ambiguous') throw ambiguousError(text, selection.candidates, vaultName, io)
    const { matches } = selection
    if (task.isStrict && matches.length > 1) {
      const candidates = matches.map((entry) => ({ archiveId: entry.id, entry }))
      throw ambiguousError(text, candidates, vaultName, io)
    }
    noteSelection(text, selection, options, io)
    return selection
  })
}

/** Where the vault of a connection is. */
export async function placeOf(
  { address, account }: Pick<Connection, 'address' | 'account'>,
  vaultName: string,
): Promise<VaultPlace> {
  return { vaultName, address: await address(), accountId: await account(vaultName) }
}

function isWholeId(given: string): boolean {
  const { kind, text } = selectorOf(given)
  return kind !== 'name' && (isArchiveId(text) || isObjectId(text))
}

async function withoutEntries(file: string, given: readonly string[]): Promise<SelectableArchives> {
  const archiveIds = new Set(given.map((one) => selectorOf(one).text))
  return {
    entries: [],
    names: [],
    mismatched: [],
    deleted: await deletionTimesIn(file, undefined, archiveIds),
  }
}

function noteSelection(
  given: string,
  { by, archiveId, entry, passedOver, deletedAt }: FoundArchive,
  { quiet }: ConnectionOptions,
  io: Io,
): void {
  if (deletedAt !== undefined)
    printNote(
      io,
      `Warning: the catalog records that the archive ${archiveId} was deleted at ${formatTime(deletedAt)}.`,
    )
  for (const newer of passedOver)
    printNote(io, `Warning: not used, although it is newer: ${entryText(newer)}. Its ID is ${newer.id}.`)
  if (quiet || by === 'id') return
  if (entry && by === 'name' && /^latest(@|$)/.test(given))
    printNote(io, `The archive with the name "${entry.name}" is meant, not the newest: ${entryText(entry)}`)
  else if (entry && (by !== 'prefix' || archiveId === entry.id)) printNote(io, entryText(entry))
  else printNote(io, entry ? `${archiveId} is a volume of ${entryText(entry)}.` : archiveId)
}
