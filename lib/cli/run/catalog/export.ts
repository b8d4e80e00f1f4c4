/** `catalog export [FILE]`: writes all records of the catalog. */
import { open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { exportLines } from '../../../catalog/exchange/export-records.js'
import { syncFolder } from '../../../fs/durable.js'
import { withPath } from '../../../fs/system-reason.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import type { CatalogOptions } from '../../options/connection-options.js'
import { formatCount } from '../../output/format.js'
import { printJson, printLines, printNote } from '../../output/print.js'
import { catalogFileOf } from '../data-folder.js'

/**
 * Runs `catalog export`. A new file has mode 0600, and is on disk when this resolves.
 *
 * @param program - the name and version of the program
 * @param file - the path of a file that does not exist; `undefined` for stdout
 */
export async function exportCatalog(
  file: string | undefined,
  options: CatalogOptions,
  io: Io,
  program: string,
): Promise<void> {
  const counts = { records: 0, damagedLines: 0 }
  const time = new Date().toISOString()
  const blocks = exportLines(catalogFileOf(options, io.env), counts, program, time)
  if (file === undefined || file === '-') await printLines(io, blocks)
  else await writeFile(file, blocks)
  if (counts.damagedLines > 0)
    printNote(
      io,
      `Warning: ${formatCount(counts.damagedLines, 'line')} of the catalog ${counts.damagedLines === 1 ? 'is' : 'are'} ` +
        'damaged, and left out.',
    )
  if (file === undefined || file === '-') return
  if (options.json) await printJson(io, { file, ...counts })
  else if (!options.quiet) printNote(io, `${formatCount(counts.records, 'record')} exported to ${file}.`)
}

async function writeFile(file: string, blocks: AsyncIterable<readonly string[]>): Promise<void> {
  const created = await open(file, 'wx', 0o600).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new UsageError(`${file} exists, and is not overwritten. Give the path of a new file.`)
  })
  const writeAll = async (): Promise<void> => {
    for await (const lines of blocks) await created.writeFile(textOf(lines))
    await created.sync()
  }
  await writeAll().catch(async (error: unknown) => {
    await created.close()
    await rm(file) // an incomplete copy is of no use
    throw withPath(error, file)
  })
  await created.close()
  await syncFolder(dirname(file))
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
