/** The archives that a text may select, and the result of the selection. */
import type { MismatchedRecord } from '../record.js'
import type { NamedPlace } from './near-names.js'
import type { StoredEntry } from './stored-entries.js'

/** The archives that may be selected. */
export interface SelectableArchives {
  /** The stored streams that may be meant, the oldest first. */
  readonly entries: readonly StoredEntry[]
  /** The names of all stored streams, once for each vault. */
  readonly names: readonly NamedPlace[]
  /** The archives with a wrong tree hash. Only an ID selects one. */
  readonly mismatched: readonly MismatchedRecord[]
  /** When archives were deleted, by their IDs, ISO 8601. */
  readonly deleted: ReadonlyMap<string, string>
}

/** The kinds of a match. */
export type SelectedBy = 'id' | 'name' | 'prefix' | 'latest'

/** An archive that was found. */
export interface FoundArchive {
  readonly result: 'found'
  /** The kind of text that it was found by. */
  readonly by: SelectedBy
  /** The archive ID; for a set that of its first volume, even if the catalog does not know that volume. */
  readonly archiveId: string
  /** The stored stream to which the archive belongs; `undefined` if the catalog does not know it, or if its hash is wrong. */
  readonly entry: StoredEntry | undefined
  /** All streams that match the text, the oldest first. Several are ambiguous where only one may be meant. */
  readonly matches: readonly StoredEntry[]
  /** The streams that match, are newer, and are not complete, the oldest first. */
  readonly passedOver: readonly StoredEntry[]
  /** When the archive was deleted, ISO 8601; `undefined` if the catalog does not record it as deleted. */
  readonly deletedAt: string | undefined
}

/** An archive that matches a text which matches others too. */
export interface Candidate {
  readonly archiveId: string
  /** `undefined` for an archive with a wrong hash. */
  readonly entry: StoredEntry | undefined
}

/** A text that stands for no archive, or for several. */
export type NotSelected =
  | { readonly result: 'ambiguous'; readonly candidates: readonly Candidate[] }
  | {
      readonly result: 'unknown'
      /** The name that was looked for, without a date. */
      readonly name: string
      /** Names in the vault that are similar, the most similar first. */
      readonly near: readonly string[]
      /** The oldest stream of that name, if all are newer than the date that was given. */
      readonly oldest: StoredEntry | undefined
    }

/** The result of a selection. */
export type Selection = FoundArchive | NotSelected
