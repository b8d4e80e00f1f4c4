/**
 * `get VAULT --match PATTERN -o DIR`: retrieves many archives, each into a file of its own.
 *
 * Everything that can be wrong with the files is found out before a job is started. Archives are read one after the other,
 * each with all requests at once and all of the memory, in the order in which they become ready.
 */
import { mkdir } from 'node:fs/promises'
import { retrying } from '../../../../client/retrying-client.js'
import { NotFoundError, OutputFileError } from '../../../../errors.js'
import { picked } from '../../../../options/check-options.js'
import { assertFits } from '../../../../retrieve/file/free-space.js'
import { orMissing } from '../../../../retrieve/file/output-target.js'
import { runtimeWith } from '../../../../runtime/runtime.js'
import { systemFiles } from '../../../../runtime/system-files.js'
import { itemsOf } from '../../../../store/paging.js'
import type { Job } from '../../../../store/retrieval-store.js'
import { Retry } from '../../../../transfer/retry.js'
import { FileHasher } from '../../../../tree-hash/file-hasher.js'
import type { RetrieveArchiveOptions } from '../../../../vault/retrieval-options.js'
import { RETRIEVAL } from '../../../../vault/retrieval-rules.js'
import { startRetrieval } from '../../../../vault/retrieve-archive.js'
import { retrieveToFile } from '../../../../vault/retrieve-to-file.js'
import type { GetOptions } from '../../../commands/archives/get.js'
import { ReportedError, UsageError } from '../../../command-errors.js'
import type { Io } from '../../../io.js'
import { entryText } from '../../../output/entry-text.js'
import { explanationsOf } from '../../../output/exit-code.js'
import { formatCount, formatSize, formatTime } from '../../../output/format.js'
import { printNote } from '../../../output/print.js'
import { GET } from '../../../output/progress/operation.js'
import { Progress } from '../../../output/progress/progress.js'
import { withConnection, type Connection } from '../../connection.js'
import { catalogFileOf } from '../../data-folder.js'
import { placeOf } from '../../select/select-archives.js'
import { followReader } from '../follow-reader.js'
import { noteRetrievalCost, printRetrievalPlan } from '../retrieval-cost.js'
import { fragmentWarning } from '../retrieval-target.js'
import { noteReturn, printStarted } from '../start-only.js'
import { assertNothingAt, outputOf, type Output } from './existing-outputs.js'
import { fileNamesOf } from './file-name.js'
import { matchingArchives, type NamedArchives } from './matching-archives.js'
import { Results } from './results.js'
import { RetrievalQueue, type QueuedArchive, type QueueService } from './retrieval-queue.js'

/** An archive to retrieve. */
interface PlannedArchive extends QueuedArchive {
  readonly output: Output
  /** The options of its retrieval. */
  readonly retrieval: RetrieveArchiveOptions
}

/** A command that retrieves many archives. */
interface Task {
  readonly vaultName: string
  readonly pattern: string
  /** The path of the output folder. */
  readonly folder: string
  readonly options: GetOptions
  readonly io: Io
  readonly argv: readonly string[]
}

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

/** The outputs of all archives that match. Notes say which archives are not retrieved, and why. */
async function outputsOf(task: Task, connection: Connection): Promise<Output[]> {
  const { vaultName, pattern, options, io } = task
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

async function outputsOfNames(named: readonly NamedArchives[], { folder, io }: Task): Promise<Output[]> {
  const fileNames = fileNamesOf(named.map(({ name }) => name))
  const outputs: Output[] = []
  let hasFailed = false
  const hasher = new FileHasher()
  try {
    for (const archives of named) {
      const output = await outputOf(archives, folder, fileNames.get(archives.name) ?? '', hasher, io).catch(
        (error: unknown) => {
          if (!(error instanceof OutputFileError)) throw error
          for (const line of explanationsOf(error)) printNote(io, line)
          hasFailed = true
        },
      )
      if (output) outputs.push(output)
    }
  } finally {
    hasher.close()
  }
  if (hasFailed) throw new ReportedError('Files are in the way. No job was started.')
  return outputs
}

/** The warning about an archive of an inventory that may be the first of several volumes. */
function warningAbout({ id, size, set: { volumes } }: Output['entry']): string | undefined {
  const [first, ...others] = volumes
  const isFromInventory = first?.partSize === undefined && first?.intentId === undefined
  return others.length === 0 && isFromInventory ? fragmentWarning(id, size) : undefined
}

function planned(output: Output, { client }: Connection, { vaultName, options, io }: Task): PlannedArchive {
  const { tier, snsTopic, concurrency, memory, retryFor, accountId } = options
  const { signal, clock } = io
  const { volumes } = output.entry.set
  return {
    output,
    size: output.entry.size,
    retrieval: {
      ...{ client, vaultName, accountId, tier, snsTopic, concurrency, memory, retryFor, signal, clock },
      archiveId: volumes.map(({ archiveId }) => archiveId),
      archiveSizes: volumes.map(({ size }) => size),
      archiveTreeHashes: volumes.map(({ treeHash }) => treeHash),
    },
  }
}

/** Makes the output folder, unless it exists, and checks that the files fit. */
async function prepareFolder(folder: string, archives: readonly PlannedArchive[]): Promise<void> {
  const found = await orMissing(systemFiles.stat(folder))
  if (found && !found.isDirectory())
    throw new OutputFileError(folder, 'It is not a folder. Give the path of a folder.')
  if (!found) await mkdir(folder)
  const bytes = archives.reduce((sum, { size, output }) => sum + Math.max(0, size - output.heldBytes), 0)
  await assertFits(folder, folder, bytes, systemFiles)
}

function queueOf(
  archives: readonly PlannedArchive[],
  { client }: Connection,
  { vaultName, options, io }: Task,
  onWaiting: (jobs: readonly Job[]) => void,
): RetrievalQueue<PlannedArchive> {
  const { signal } = io
  const { clock } = runtimeWith(io.clock)
  const { accountId, retryFor } = options
  const patient = retrying(client, new Retry({ retryFor, clock }, client))
  const to = { vaultName, accountId, signal }
  const service: QueueService<PlannedArchive> = {
    start: ({ retrieval }) => startRetrieval(picked(retrieval, RETRIEVAL)),
    look: async (jobIds) => {
      const listed = new Map<string, Job>()
      for await (const job of itemsOf((page) => patient.listJobs({ ...to, ...page })))
        listed.set(job.jobId, job)
      // A job that was just started may be missing in the list.
      const described = (jobId: string): Promise<Job | undefined> =>
        patient.describeJob({ ...to, jobId }).catch((error: unknown) => {
          if (!(error instanceof NotFoundError)) throw error
          return undefined
        })
      return Promise.all(jobIds.map((jobId) => listed.get(jobId) ?? described(jobId)))
    },
    onWaiting,
  }
  return new RetrievalQueue(archives, service, clock, signal)
}

/** Starts the jobs that can be read in time, and prints their IDs. */
async function startAll(
  archives: readonly PlannedArchive[],
  connection: Connection,
  task: Task,
): Promise<void> {
  const { options, io, argv } = task
  const { retryingClient } = connection
  const queue = queueOf(archives, connection, task, () => undefined)
  const results = new Results(options, io, argv)
  const jobs: Job[] = []
  const first = await queue.startFirst()
  io.signal.throwIfAborted()
  for (const next of first) {
    const { output, retrieval } = next.archive
    const { name, file, entry } = output
    const more = { name, file, archiveId: entry.id }
    if ('error' in next) await results.failed(output, next.error)
    else
      jobs.push(...(await printStarted(next.jobIds, retrieval, { retryingClient, options, io, argv }, more)))
  }
  if (!options.quiet) {
    if (archives.length === 0) printNote(io, 'All files are complete. No job is started.')
    else noteReturn(jobs, { options, io, argv })
    if (queue.waiting.length > 0)
      printNote(
        io,
        `That command starts the jobs of ${formatCount(queue.waiting.length, 'further archive')}, each in time to read its output before it expires.`,
      )
  }
  results.endOfStart()
}

/** Retrieves all archives, in the order in which they become ready. */
async function retrieveAll(
  outputs: readonly Output[],
  archives: readonly PlannedArchive[],
  connection: Connection,
  task: Task,
): Promise<void> {
  const { options, io, argv } = task
  const results = new Results(options, io, argv)
  let waiting: Progress | undefined
  const queue = queueOf(archives, connection, task, (jobs) => {
    waiting = new Progress(io, options, GET)
    waiting.note(`Waiting for ${formatCount(jobs.length, 'retrieval job')}.`)
    const [first] = jobs
    if (first) waiting.waiting(first)
  })
  for (const output of outputs) if (output.isComplete) await results.present(output)
  let left = archives.length
  try {
    while (!results.isConnectionLost) {
      const next = await queue.next().finally(() => waiting?.end('success'))
      waiting = undefined
      if (!next) break
      const { archive } = next
      const error = 'error' in next ? next.error : await retrieveOne(archive, next.jobIds, queue, task)
      io.signal.throwIfAborted()
      if (error === 'put back') continue
      left--
      if (error === undefined) await results.retrieved(archive.output)
      else await results.failed(archive.output, error)
    }
  } catch (error) {
    throw io.signal.aborted ? results.stopped(error) : error
  }
  results.end(left)
}

/** Retrieves an archive. Resolves to the error, if it fails. */
async function retrieveOne(
  archive: PlannedArchive,
  jobIds: readonly string[],
  queue: RetrievalQueue<PlannedArchive>,
  { options, io }: Task,
): Promise<unknown> {
  const { output, retrieval } = archive
  const { file, entry, name } = output
  const { clock } = runtimeWith(io.clock)
  const progress = new Progress(io, options, GET)
  const [jobId] = jobIds.length === 1 && entry.set.volumes.length === 1 ? jobIds : []
  let isReady = false
  try {
    await assertNothingAt(file)
    progress.note(`Retrieving ${name} of ${formatTime(entry.time)}, ${formatSize(entry.size)}, to ${file}.`)
    const download = retrieveToFile(file, { ...retrieval, jobId })
    let lastMs = clock.now()
    download.on('ready', () => {
      isReady = true
      lastMs = clock.now()
    })
    download.on('range', ({ start, end }) => {
      queue.fetched(end - start, clock.now() - lastMs)
      lastMs = clock.now()
    })
    followReader(download, progress, options.snsTopic)
    await download
    progress.done()
    return undefined
  } catch (error) {
    progress.end()
    const isLost = error instanceof NotFoundError && jobId !== undefined && !isReady
    return isLost && queue.putBack(archive) ? 'put back' : error
  }
}
