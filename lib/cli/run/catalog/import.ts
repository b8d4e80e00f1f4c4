/** `catalog import FILE`: adds the records of an export, a mirror or another catalog to the catalog. */
import { createReadStream } from 'node:fs'
import { planImport, type ImportPlan } from '../../../catalog/exchange/import-plan.js'
import { readImport } from '../../../catalog/exchange/read-import.js'
import { withPath } from '../../../fs/system-reason.js'
import { addAbortSignal } from '../../../streams/node-streams.js'
import type { ImportOptions } from '../../commands/catalog.js'
import type { Io } from '../../io.js'
import { warnOfConflicts } from '../../output/conflict-notes.js'
import { formatCount } from '../../output/format.js'
import { printJson, printNote } from '../../output/print.js'
import { catalogFileOf } from '../data-folder.js'
import { openCatalog } from '../open-catalog.js'

/** The number of records that are written to disk together. */
const BATCH_SIZE = 1000

/**
 * Runs `catalog import`. The file is read to its end and checked before the first record is added. If writing fails, the
 * records before the failure are in the catalog, in their order, and the same import adds the others.
 *
 * @param file - `-` for stdin
 */
export async function importCatalog(file: string, options: ImportOptions, io: Io): Promise<void> {
  const source = file === '-' ? io.stdin : createReadStream(file)
  const reading = readImport(addAbortSignal(io.signal, source), options.skipDamaged === true)
  const { records, damagedLines } = await reading.catch((error: unknown) => {
    throw withPath(error, file)
  })
  const plan = await planImport(catalogFileOf(options, io.env), records)
  if (!options.dryRun && plan.added.length > 0) await append(plan, options, io)
  const counts = {
    records: records.length,
    added: plan.added.length,
    deletions: plan.added.filter(({ type }) => type === 'deleted').length,
    duplicates: plan.duplicates,
    obsolete: plan.obsolete,
    damagedLines,
    conflicts: plan.conflicts.length,
  }
  if (options.json) await printJson(io, { ...counts, dryRun: options.dryRun === true })
  else if (!options.quiet) for (const line of linesOf(counts, options)) printNote(io, line)
  warnOfConflicts(plan.conflicts, io)
}

async function append({ added }: ImportPlan, options: ImportOptions, io: Io): Promise<void> {
  const catalog = await openCatalog(options, io)
  try {
    for (let at = 0; at < added.length; at += BATCH_SIZE)
      await catalog.append(...added.slice(at, at + BATCH_SIZE))
  } finally {
    await catalog.close()
  }
}

type Counts = Readonly<
  Record<'added' | 'damagedLines' | 'deletions' | 'duplicates' | 'obsolete' | 'records', number>
>

function linesOf(
  { records, added, deletions, duplicates, obsolete, damagedLines }: Counts,
  { dryRun }: ImportOptions,
): string[] {
  const lines = [
    `Records in the file: ${records}. ${dryRun ? 'To be added' : 'Added'}: ${added}. ` +
      `Already in the catalog: ${duplicates}. About deleted archives and ended uploads: ${obsolete}.`,
  ]
  if (deletions > 0)
    lines.push(
      `Of these, ${formatCount(deletions, 'record')} ${deletions === 1 ? 'states' : 'state'} that an archive was deleted.`,
    )
  if (damagedLines > 0) lines.push(`Damaged lines that were left out: ${damagedLines}.`)
  return lines
}
