/**
 * `get VAULT ARCHIVE_ID`: an archive out of a vault, verified, to stdout or into a file.
 */
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { volumesOf } from '../catalog/archives.js'
import { readCatalog } from '../catalog/catalog.js'
import { renameDurably } from '../durable.js'
import { pipeline } from '../stream.js'
import type { ArchiveReader } from '../retrieve/archive-reader.js'
import { retrieveArchive } from '../retrieve/retrieve-archive.js'
import type { Tier } from '../vault/vault-client.js'
import { catalogFileOf, withConnection, type ConnectionOptions } from './connection.js'
import { usage, UsageError } from './exit-code.js'
import { printNote, type Io } from './io.js'
import { Progress } from './progress.js'
import { followRetries } from './retry-notes.js'

/** Options of `get`. */
export interface GetOptions extends ConnectionOptions {
  readonly output?: string
  readonly tier?: Tier
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
  const { output, volumes } = options
  if (output === undefined && io.stdout.isTTY) {
    throw new UsageError(
      'The archive would go to the terminal: give -o FILE, pipe it on, or give -o - to see it.',
    )
  }
  const archiveId = volumes ? await withLaterVolumes(archiveIds, options, io) : archiveIds
  await withConnection(options, io, async ({ client }) => {
    const { signal, clock } = io
    const reader = usage(() => retrieveArchive({ ...options, client, vaultName, archiveId, signal, clock }))
    const progress = follow(reader, options, io)
    const toStdout = output === undefined || output === '-'
    await (toStdout ? pipeline(reader, io.stdout, { end: false }) : toFile(reader, output)).finally(() => {
      progress.stop()
    })
    progress.done()
  })
}

/** The archives of a stream of which the catalog knows that the one asked for is the first. */
async function withLaterVolumes(
  archiveIds: readonly string[],
  options: GetOptions,
  io: Io,
): Promise<readonly string[]> {
  const [first] = archiveIds
  if (first === undefined || archiveIds.length > 1) return archiveIds
  const volumes = await volumesOf(readCatalog(catalogFileOf(options, io.env)), first)
  if (volumes.length < 2 || volumes[0]?.archiveId !== first) return archiveIds
  const end = volumes.at(-1)?.more
    ? ', but the last is not among them: the stream was not stored to its end'
    : ''
  if (!options.quiet || end !== '')
    printNote(io, `The archive is the first of ${volumes.length} volumes, which are all retrieved${end}.`)
  return volumes.map((volume) => volume.archiveId)
}

function follow(reader: ArchiveReader, options: GetOptions, io: Io): Progress {
  const progress = new Progress(io, options, 'retrieved')
  reader.on('job', (jobId) => {
    progress.note(`The retrieval job is ${jobId}. Waiting for it.`)
  })
  reader.on('ready', ({ archiveSize = 0 }) => {
    progress.total = (progress.total ?? 0) + archiveSize
  })
  followRetries(reader, progress)
  reader.on('range', ({ start, end }) => {
    progress.add(end - start)
  })
  return progress
}

/** Writes beside the file and renames when whole and on disk: no half archive ever has its name. */
async function toFile(reader: ArchiveReader, file: string): Promise<void> {
  const partial = `${file}.${process.pid}.partial`
  try {
    await pipeline(reader, createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true }))
    await renameDurably(partial, file)
  } catch (error) {
    reader.destroy()
    await rm(partial, { force: true })
    throw error
  }
}
