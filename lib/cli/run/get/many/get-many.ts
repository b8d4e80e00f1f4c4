/**
 * `get VAULT --match PATTERN -o DIR`: retrieves many archives, each into a file of its own.
 *
 * Everything that can be wrong with the files is found out before a job is started. Archives are read one after the other,
 * each with all requests at once and all of the memory, in the order in which they become ready.
 */
import type { GetOptions } from '../../../commands/archives/get.js'
import { UsageError } from '../../../command-errors.js'
import type { Io } from '../../../io.js'
import { withConnection } from '../../connection.js'
import { noteRetrievalCost, printRetrievalPlan } from '../retrieval-cost.js'
import { outputsOf, prepareFolder } from './find-outputs.js'
import { retrieveAll } from './retrieve-all.js'
import { startAll } from './start-all.js'
import { planned } from './task.js'

/**
 * Runs `get --match`.
 *
 * @param argv - the arguments of the process, for the hint that repeats the command
 */
export async function getMany(
  vaultName: string,
  archiveIds: readonly string[],
  pattern: string,
  options: GetOptions,
  io: Io,
  argv: readonly string[],
): Promise<void> {
  const { output: folder, range, job, volumes, dryRun, wait } = options
  if (archiveIds.length > 0) throw new UsageError('Give either archives, or --match PATTERN.')
  if (range || job !== undefined || !volumes)
    throw new UsageError(
      '--range, --job and --no-volumes are of one archive, and cannot be used with --match.',
    )
  if (folder === undefined || folder === '-')
    throw new UsageError('--match writes a file for each archive: give a folder for them with -o DIR.')
  const task = { vaultName, pattern, folder, options, io, argv }
  await withConnection(options, io, async (connection) => {
    const outputs = await outputsOf(task, connection)
    const archives = outputs
      .filter(({ isComplete }) => !isComplete)
      .map((output) => planned(output, connection, task))
    const place = await connection.address()
    const priced = archives.map(({ output, retrieval }) => ({ ...retrieval, file: output.file }))
    if (dryRun) {
      await printRetrievalPlan(priced, place, options, io)
      return
    }
    if (wait) await prepareFolder(folder, archives)
    await noteRetrievalCost(priced, place, options, io)
    if (wait) await retrieveAll(outputs, archives, connection, task)
    else await startAll(archives, connection, task)
  })
}
