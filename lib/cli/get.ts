/**
 * `get VAULT ARCHIVE_ID`: an archive out of a vault, verified, to stdout or into a file.
 */
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { renameDurably } from '../durable.js'
import { pipeline } from '../stream.js'
import type { ArchiveReader } from '../retrieve/archive-reader.js'
import { retrieveArchive } from '../retrieve/retrieve-archive.js'
import type { Tier } from '../vault/vault-client.js'
import { withClient, type ConnectionOptions } from './connection.js'
import { usage, UsageError } from './exit-code.js'
import { printNote, type Io } from './io.js'
import { Progress } from './progress.js'

/** Options of `get`. */
export interface GetOptions extends ConnectionOptions {
  readonly output?: string
  readonly tier?: Tier
  readonly concurrency?: number
  readonly memory?: number
}

/** Runs `get`. */
export async function get(vaultName: string, archiveId: string, options: GetOptions, io: Io): Promise<void> {
  const { output } = options
  if (output === undefined && io.stdout.isTTY) {
    throw new UsageError(
      'The archive would go to the terminal: give -o FILE, pipe it on, or give -o - to see it.',
    )
  }
  await withClient(options, io, async (client) => {
    const reader = usage(() =>
      retrieveArchive({ ...options, client, vaultName, archiveId, signal: io.signal }),
    )
    const progress = follow(reader, options, io)
    const toStdout = output === undefined || output === '-'
    await (toStdout ? pipeline(reader, io.stdout, { end: false }) : toFile(reader, output)).finally(() => {
      progress.stop()
    })
    progress.done()
  })
}

function follow(reader: ArchiveReader, options: GetOptions, io: Io): Progress {
  const progress = new Progress(io, options, 'retrieved')
  reader.on('job', (jobId) => {
    if (!options.quiet) printNote(io, `The retrieval job is ${jobId}. Waiting for it.`)
  })
  reader.on('ready', ({ archiveSize }) => {
    progress.total = archiveSize
  })
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
