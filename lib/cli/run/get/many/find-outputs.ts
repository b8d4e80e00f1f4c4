/** The files of a command that retrieves many archives: which archive belongs in each, and whether it is there already. */
import { mkdir } from 'node:fs/promises'
import { OutputFileError } from '../../../../errors.js'
import { assertFits } from '../../../../retrieve/file/free-space.js'
import { orMissing } from '../../../../retrieve/file/output-target.js'
import { systemFiles } from '../../../../runtime/system-files.js'
import { FileHasher } from '../../../../tree-hash/file-hasher.js'
import { ReportedError, UsageError } from '../../../command-errors.js'
import { entryText } from '../../../output/entry-text.js'
import { explanationsOf } from '../../../output/exit-code.js'
import { formatCount } from '../../../output/format.js'
import { printNote } from '../../../output/print.js'
import type { Connection } from '../../connection.js'
import { catalogFileOf } from '../../data-folder.js'
import { placeOf } from '../../select/select-archives.js'
import { fragmentWarning } from '../retrieval-target.js'
import { outputOf, type Output } from './existing-outputs.js'
import { withFileNames } from './file-name.js'
import { matchingArchives, type NamedArchives } from './matching-archives.js'
import type { ManyTask, PlannedArchive } from './task.js'

/**
 * Finds the outputs of all archives that match. Notes say which archives are not retrieved, and why.
 *
 * @throws {UsageError} no archive matches
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: the path of the folder is that of another file
 * @throws {ReportedError} other files are in the way, which stderr names
 */
export async function outputsOf(task: ManyTask, connection: Connection): Promise<Output[]> {
  const { vaultName, pattern, options, io } = task
  await folderExists(task.folder)
  const file = catalogFileOf(options, io.env)
  const place = await placeOf(connection, vaultName)
  const { named, passedOver } = await matchingArchives(file, pattern, place, options.incomplete === true)
  for (const { entry, reason } of passedOver)
    printNote(io, `Warning: not retrieved: ${entryText(entry)}: ${reason}.`) // also with --quiet
  if (named.length === 0)
    throw new UsageError(
      `The catalog has no complete archive in ${vaultName} whose name matches "${pattern}". "glacier-pipe ls ${vaultName}" lists the names.`,
    )
  const outputs = await outputsOfNames(named, task)
  for (const { entry, newer } of outputs) {
    const warning = warningAbout(entry)
    if (warning !== undefined) printNote(io, warning)
    if (newer && !options.quiet)
      printNote(
        io,
        `The file is of ${entryText(entry)}, although a newer archive exists: ${entryText(newer)}.`,
      )
  }
  const older = named.reduce((sum, { entries }) => sum + entries.length - 1, 0)
  if (older > 0 && !options.quiet)
    printNote(
      io,
      `One archive of each name is retrieved. ${formatCount(older, 'other archive')} of these names: PATTERN@2026-03-01 selects the newest up to the end of that day.`,
    )
  return outputs
}

async function outputsOfNames(named: readonly NamedArchives[], { folder, io }: ManyTask): Promise<Output[]> {
  const outputs: Output[] = []
  const faults: OutputFileError[] = []
  const hasher = new FileHasher()
  try {
    for (const [archives, fileName] of withFileNames(named)) {
      const output = await outputOf(archives, folder, fileName, hasher, io)
      if (output instanceof OutputFileError) faults.push(output)
      else outputs.push(output)
    }
  } finally {
    hasher.close()
  }
  for (const line of faults.flatMap((error) => explanationsOf(error))) printNote(io, line)
  if (faults.length > 0) throw new ReportedError('Files are in the way. No job was started.')
  return outputs
}

/** @throws {OutputFileError} `ERR_OUTPUT_FILE`: the path is not that of a folder */
async function folderExists(folder: string): Promise<boolean> {
  const found = await orMissing(systemFiles.stat(folder))
  if (found && !found.isDirectory())
    throw new OutputFileError(folder, 'It is not a folder. Give the path of a folder.')
  return found !== undefined
}

/** The warning about an archive of an inventory that may be the first of several volumes. */
function warningAbout({ id, size, set: { volumes } }: Output['entry']): string | undefined {
  const [first, ...others] = volumes
  const isFromInventory = first?.partSize === undefined && first?.intentId === undefined
  return others.length === 0 && isFromInventory ? fragmentWarning(id, size) : undefined
}

/**
 * Makes the output folder, unless it exists, and checks that the files fit.
 *
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: there is too little space
 */
export async function prepareFolder(folder: string, archives: readonly PlannedArchive[]): Promise<void> {
  if (!(await folderExists(folder))) await mkdir(folder)
  const bytes = archives.reduce((sum, { size, output }) => sum + Math.max(0, size - output.heldBytes), 0)
  await assertFits(folder, folder, bytes, systemFiles)
}
