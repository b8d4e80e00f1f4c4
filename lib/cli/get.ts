/**
 * `get VAULT ARCHIVE_ID`: an archive out of a vault, verified, to stdout or into a file.
 */
import { archiveOf, volumesOf } from '../catalog/archives.js'
import { ConnectionError, RetriesExhaustedError } from '../errors.js'
import { pipeline } from '../stream.js'
import type { ArchiveReader } from '../retrieve/archive-reader.js'
import { retrieveArchive, startRetrieval, type RetrieveArchiveOptions } from '../retrieve/retrieve-archive.js'
import { retrieveToFile } from '../retrieve/retrieve-to-file.js'
import type { HeldRange } from '../retrieve/verified-output.js'
import type { ByteRange } from '../vault/byte-range.js'
import type { Tier, VaultClient } from '../vault/vault-client.js'
import { catalogFileOf, withConnection, type ConnectionOptions } from './connection.js'
import { ResumableError, usage, UsageError } from './exit-code.js'
import { printData, printJson, printNote, type Io } from './io.js'
import { Progress } from './progress.js'
import { followRetries } from './retry-notes.js'

/** A range as it is given: without an end, to the archive's. */
export interface AskedRange {
  readonly start: number
  readonly end?: number
}

/** Options of `get`. */
export interface GetOptions extends ConnectionOptions {
  readonly output?: string
  readonly tier?: Tier
  readonly range?: AskedRange
  readonly job?: string
  readonly wait: boolean
  readonly concurrency?: number
  readonly memory?: number
  readonly retryFor?: number
  readonly volumes: boolean
}

/** Runs `get`. */
export async function get(
  vaultName: string,
  archiveIds: readonly string[],
  options: GetOptions,
  io: Io,
): Promise<void> {
  const { output, wait, job } = options
  if (archiveIds.length > 0 === (job !== undefined))
    throw new UsageError('Give the ID of an archive, or with --job that of its job: one of them.')
  if (job !== undefined && options.range)
    throw new UsageError('A job has its range: --range is not for --job.')
  if (output === undefined && wait && io.stdout.isTTY) {
    throw new UsageError(
      'The archive would go to the terminal: give -o FILE, pipe it on, or give -o - to see it.',
    )
  }
  await withConnection(options, io, async ({ client, patient }) => {
    const { signal, clock } = io
    const { tier, concurrency, memory, retryFor, accountId } = options
    const means = { client, vaultName, accountId, tier, concurrency, memory, retryFor, signal, clock }
    const what =
      job === undefined
        ? await whatToGet(archiveIds, options, io)
        : await whatJobHas(patient, { vaultName, accountId, jobId: job, signal })
    const wanted = { ...means, ...what }
    usage(() => retrieveArchive(wanted)).destroy() // what makes no sense is told before anything is begun
    if (wait) await transfer(wanted, options, io)
    else for (const jobId of await startRetrieval(wanted)) await printJob(jobId, options, io)
  })
}

type What = Pick<RetrieveArchiveOptions, 'archiveId' | 'range' | 'archiveSize' | 'jobId'>

async function transfer(options: RetrieveArchiveOptions, given: GetOptions, io: Io): Promise<void> {
  const { output } = given
  const state = { isWaiting: false }
  const progress = new Progress(io, given, 'retrieved')
  const follow = (reader: ArchiveReader, held: readonly HeldRange[] = []): void => {
    for (const { start, end } of held) progress.add(end - start, false)
    reader.on('job', () => (state.isWaiting = true))
    followReader(reader, progress, options.range)
  }
  try {
    if (output === undefined || output === '-') {
      const reader = retrieveArchive(options)
      follow(reader)
      await pipeline(reader, io.stdout, { end: false })
    } else {
      await retrieveToFile(output, options, follow)
    }
  } catch (error) {
    const passing = error instanceof RetriesExhaustedError || error instanceof ConnectionError
    throw state.isWaiting && passing ? new ResumableError(error, 'run the same again.') : error
  } finally {
    progress.stop()
  }
  progress.done()
}

/** What arguments ask for: with the catalog's help, all volumes of a stream, and where an archive ends. */
async function whatToGet(archiveIds: readonly string[], options: GetOptions, io: Io): Promise<What> {
  const { range } = options
  if (!range)
    return { archiveId: options.volumes ? await withLaterVolumes(archiveIds, options, io) : archiveIds }
  const [archiveId = ''] = archiveIds
  const archiveSize = (await archiveOf(catalogFileOf(options, io.env), archiveId))?.size
  const end = range.end ?? archiveSize
  if (end === undefined)
    throw new UsageError('The catalog does not know where the archive ends: give the end of the range.')
  return { archiveId: archiveIds, range: { start: range.start, end }, archiveSize }
}

/** What a job brings out. */
async function whatJobHas(
  client: VaultClient,
  request: { vaultName: string; accountId: string | undefined; jobId: string; signal: AbortSignal },
): Promise<What> {
  const { jobId } = request
  const { archiveId, archiveSize, range } = await client.describeJob(request)
  if (archiveId === undefined)
    throw new UsageError(`The job ${jobId} is of an inventory: see glacier-pipe inventory.`)
  const isPart = range && range.end - range.start !== archiveSize
  return { jobId, archiveId, archiveSize, ...(isPart && { range }) }
}

/** The archives of a stream of which the catalog knows that the one asked for is the first. */
async function withLaterVolumes(
  archiveIds: readonly string[],
  options: GetOptions,
  io: Io,
): Promise<readonly string[]> {
  const [first] = archiveIds
  if (first === undefined || archiveIds.length > 1) return archiveIds
  const volumes = await volumesOf(catalogFileOf(options, io.env), first)
  if (volumes.length < 2 || volumes[0]?.archiveId !== first) return archiveIds
  const end = volumes.at(-1)?.more
    ? ', but the last is not among them: the stream was not stored to its end'
    : ''
  if (!options.quiet || end !== '')
    printNote(io, `The archive is the first of ${volumes.length} volumes, which are all retrieved${end}.`)
  return volumes.map((volume) => volume.archiveId)
}

function followReader(reader: ArchiveReader, progress: Progress, range: ByteRange | undefined): void {
  if (range) progress.total = range.end - range.start
  reader.on('job', (jobId, found) => {
    progress.note(`${found ? 'There is a retrieval job' : 'The retrieval job is'} ${jobId}. Waiting for it.`)
  })
  reader.on('ready', ({ archiveSize = 0 }) => {
    if (!range) progress.total = (progress.total ?? 0) + archiveSize
  })
  followRetries(reader, (line) => {
    progress.note(line)
  })
  reader.on('range', ({ start, end }) => {
    progress.add(end - start)
  })
}

async function printJob(jobId: string, { json, quiet }: GetOptions, io: Io): Promise<void> {
  await (json ? printJson(io, { jobId }) : printData(io, jobId))
  if (!quiet) printNote(io, 'Run the same without --no-wait, in some hours, and it uses this job.')
}
