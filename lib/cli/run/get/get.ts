/**
 * `get VAULT ARCHIVE…`: retrieves and verifies archives, to stdout or into a file.
 */
import { pipeToClose } from '../../../streams/pipe-to-close.js'
import type { VaultRetrieval } from '../../../vault/retrieval-options.js'
import { retrieveArchive } from '../../../vault/retrieve-archive.js'
import { retrieveToFile } from '../../../vault/retrieve-to-file.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import { asUsageError, toUsageError } from '../../options/option-names.js'
import { printNote } from '../../output/print.js'
import { GET } from '../../output/progress/operation.js'
import { Progress } from '../../output/progress/progress.js'
import { withConnection } from '../connection.js'
import { catalogFileOf } from '../data-folder.js'
import { followReader, type Retrieval } from './follow-reader.js'
import { withResumeHint } from './get-resume.js'
import { selectedIds } from './selected-ids.js'
import type { GetOptions } from '../../commands/archives/get.js'
import { getMany } from './many/get-many.js'
import { noteRetrievalCost, printRetrievalPlan } from './retrieval-cost.js'
import { startOnly } from './start-only.js'
import { fragmentWarning, resolveTarget, targetOfJob, type RetrievalTarget } from './retrieval-target.js'

/**
 * Runs `get`.
 *
 * @param argv - the arguments of the process, for the hint that repeats the command
 */
export async function get(
  vaultName: string,
  archiveIds: readonly string[],
  options: GetOptions,
  io: Io,
  argv: readonly string[],
): Promise<void> {
  const { output, wait, job, match } = options
  if (match !== undefined) {
    await getMany(vaultName, archiveIds, match, options, io, argv)
    return
  }
  if (archiveIds.length > 0 === (job !== undefined))
    throw new UsageError(
      'Give either archives, --match PATTERN for the newest archive of each name that matches, or --job ID.',
    )
  if (job !== undefined && options.range)
    throw new UsageError('--range cannot be used with --job: the range of a job is set when it is started.')
  if (job !== undefined && options.dryRun)
    throw new UsageError(
      '--dry-run cannot be used with --job: the job exists, and its output costs nothing more.',
    )
  if (output === undefined && wait && !options.dryRun && io.stdout.isTTY) {
    throw new UsageError(
      'stdout is a terminal. Write the archive to a file with -o FILE, pipe it into a command, or give -o - to print it.',
    )
  }
  await withConnection(options, io, async (connection) => {
    const { client, retryingClient } = connection
    const { signal, clock } = io
    const { tier, concurrency, memory, retryFor, accountId, snsTopic } = options
    const base = {
      client,
      vaultName,
      accountId,
      tier,
      snsTopic,
      concurrency,
      memory,
      retryFor,
      signal,
      clock,
    }
    const file = catalogFileOf(options, io.env)
    const target = await (job === undefined
      ? resolveTarget(file, await selectedIds(archiveIds, vaultName, connection, options, io), options, io)
      : targetOfJob(file, retryingClient, { vaultName, accountId, jobId: job, signal }, io))
    const retrieval = { ...base, ...target.options }
    const place = await connection.address()
    if (options.dryRun) {
      await printRetrievalPlan([retrieval], place, options, io)
      return
    }
    await noteRetrievalCost([retrieval], place, options, io)
    if (wait) await transfer(retrieval, target, options, io, argv)
    else await startOnly(retrieval, { retryingClient, options, io, argv })
  })
}

async function transfer(
  options: VaultRetrieval,
  { unknownArchive }: RetrievalTarget,
  given: GetOptions,
  io: Io,
  argv: readonly string[],
): Promise<void> {
  const { output } = given
  const state = { isWaiting: false }
  const toStdout = output === undefined || output === '-'
  const progress = new Progress(io, given, GET, { isDataOnTerminal: toStdout && io.stdout.isTTY === true })
  const follow = (reader: Retrieval): void => {
    reader.on('job', () => (state.isWaiting = true))
    reader.on('ready', ({ archiveId, archiveSize = 0 }) => {
      const warning =
        archiveId !== undefined && archiveId === unknownArchive && fragmentWarning(archiveId, archiveSize)
      if (warning) printNote(io, warning) // also with --quiet
    })
    followReader(reader, progress, given.snsTopic)
  }
  try {
    if (toStdout) {
      const reader = asUsageError(() => retrieveArchive(options))
      follow(reader)
      await pipeToClose(reader, io.stdout, { end: false })
    } else {
      const download = retrieveToFile(output, options)
      if (!download.plan) await download.catch(throwUsageError)
      follow(download)
      await download
    }
  } catch (error) {
    progress.end()
    const { isWaiting: hasJob } = state
    const isRange = given.range !== undefined
    throw await withResumeHint(error, { output: toStdout ? undefined : output, isRange, hasJob, argv })
  }
  progress.done()
}

/** Throws the error of a promise: that of a refused option is a usage error. */
function throwUsageError(error: unknown): never {
  throw toUsageError(error)
}
