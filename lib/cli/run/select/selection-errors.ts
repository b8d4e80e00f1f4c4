/** The errors about a text that stands for no archive, or for several. */
import type { Candidate, NotSelected } from '../../../catalog/queries/selection.js'
import { datedNameOf } from '../../../catalog/queries/selector.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import { candidateLines, entryText } from '../../output/entry-text.js'
import { printNote } from '../../output/print.js'

/** The maximum number of candidates that are listed. */
const MAX_LISTED = 20

/** Lists the archives that a text may stand for, the newest first, and makes the error about it. */
export function ambiguousError(
  given: string,
  candidates: readonly Candidate[],
  vaultName: string,
  io: Io,
): UsageError {
  const lines = candidateLines(candidates).reverse()
  for (const line of lines.slice(0, MAX_LISTED)) printNote(io, line)
  if (lines.length > MAX_LISTED) printNote(io, `  … and ${lines.length - MAX_LISTED} more`)
  return new UsageError(
    `"${given}" stands for ${candidates.length} archives in ${vaultName}. Give the beginning of the ID of one of them.`,
  )
}

/** The error about a text that stands for no archive. */
export function unknownError(
  given: string,
  { name, near, oldest }: Extract<NotSelected, { readonly result: 'unknown' }>,
  vaultName: string,
): UsageError {
  if (oldest)
    return new UsageError(
      `The catalog has no archive "${name}" in ${vaultName} as old as "${given}" says. The oldest is ${entryText(oldest)}.`,
    )
  const [, before = '', after = ''] = /^(.+)@([^@]*)$/s.exec(given) ?? []
  const asDate =
    before === '' || datedNameOf(given) ? '' : ` If "${after}" is a date, write it as ${before}@2026-03-01.`
  const similar =
    near.length === 0 ? '' : ` Names that are similar: ${near.map((text) => `"${text}"`).join(', ')}.`
  return new UsageError(
    `The catalog has no archive "${name}" in ${vaultName}, neither by name nor by ID.${asDate}${similar} If another catalog has ` +
      `its record, "glacier-pipe catalog rebuild ${vaultName}" finds it in the inventory of the vault.`,
  )
}
