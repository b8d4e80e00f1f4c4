/**
 * `put VAULT [FILE]`: a stream into a vault; the archive ID on stdout.
 */
import { open as openFile, stat } from 'node:fs/promises'
import { Catalog } from '../catalog/catalog.js'
import { journalIn } from '../catalog/journal.js'
import { UploadFailedError } from '../errors.js'
import { archiveWriter, type ArchiveWriter } from '../upload/archive-writer.js'
import type { ArchiveWriterOptions } from '../upload/writer-options.js'
import type { Archive } from '../upload/archive.js'
import { resumingWriter } from '../upload/resume-upload.js'
import { uploadThrough, type ByteSource } from '../upload/upload-archive.js'
import { forecastUpload, planUpload, type UploadPlan } from '../upload/upload-plan.js'
import { catalogFileOf, withConnection, type Connection, type ConnectionOptions } from './connection.js'
import { ResumableError, usage, UsageError } from './exit-code.js'
import { printData, printJson, printNote, type Io } from './io.js'
import { Progress } from './progress.js'
import { findUnfinished, resumeCommand, type ResumeTarget } from './resume.js'
import { followRetries } from './retry-notes.js'
import { formatSize } from './size.js'

/** Options of `put`. */
export interface PutOptions extends ConnectionOptions {
  readonly description?: string
  readonly partSize?: number
  readonly expectedSize?: number
  readonly concurrency?: number
  readonly memory?: number
  readonly limitRate?: number
  readonly hashThreads?: number
  readonly resume?: boolean
  readonly uploadId?: string
  readonly retryFor?: number
  readonly onFailure: 'keep' | 'abort'
  readonly volumes: boolean
  readonly maxArchiveSize?: number
  readonly dryRun?: boolean
}

/** Runs `put`. */
export async function put(
  vaultName: string,
  file: string | undefined,
  options: PutOptions,
  io: Io,
): Promise<void> {
  if (options.resume && options.uploadId !== undefined)
    throw new UsageError('--resume looks for an upload, --upload-id names one: give one of them.')
  const size = await sizeOf(file)
  const expectedSize = options.expectedSize ?? size
  const plan = usage(() => planUpload({ ...options, expectedSize }))
  if (options.dryRun) {
    await printPlan(plan, expectedSize, options, io)
    return
  }
  const input = await open(file, io)
  try {
    const archives = await withConnection(options, io, async (connection) => {
      const catalog = await Catalog.open(catalogFileOf(options, io.env))
      try {
        const { source } = input
        return await upload({ vaultName, file, source, size, plan, catalog, connection }, options, io)
      } finally {
        await catalog.close()
      }
    })
    for (const archive of archives) await print(archive, options, io)
  } finally {
    await input.close()
  }
}

/** What is uploaded where. */
interface Upload {
  readonly vaultName: string
  readonly file: string | undefined
  readonly source: ByteSource
  /** Bytes of the source, where known for certain. */
  readonly size: number | undefined
  readonly plan: UploadPlan
  readonly catalog: Catalog
  readonly connection: Connection
}

async function upload(it: Upload, options: PutOptions, io: Io): Promise<readonly Archive[]> {
  const progress = new Progress(io, options, 'stored')
  const writer = await makeWriter(it, options, io)
  progress.total = it.size
  follow(writer, progress)
  try {
    const archives = await uploadThrough(writer, it.source, options).finally(() => {
      progress.stop()
    })
    progress.done()
    return archives
  } catch (error) {
    for (const { volume, archiveId } of writer.archives)
      printNote(io, `Volume ${volume} is stored. Its ID is ${archiveId}.`)
    throw advised(error, writer, it, options)
  }
}

async function makeWriter(it: Upload, options: PutOptions, io: Io): Promise<ArchiveWriter> {
  const { vaultName, plan, connection, catalog, size } = it
  const { client } = connection
  const place = await connection.place()
  const all: ArchiveWriterOptions = {
    ...options,
    ...plan,
    vaultName,
    journal: journalIn(catalog, place),
    signal: io.signal,
    clock: io.clock,
  }
  const fresh = (): ArchiveWriter => usage(() => archiveWriter(client, { ...all, uploadId: undefined }))
  const target: ResumeTarget | undefined = await findUnfinished(
    { vaultName, ...place },
    catalog.path,
    options,
    io,
  )
  if (!target) return fresh()
  const { partSize, memory, concurrency, description } = options
  const asked = { partSize, memory, concurrency, description } // the plan's part size is not the upload's
  const writer = await resumingWriter(client, {
    ...all,
    ...asked,
    ...target.resume,
    client,
    sourceSize: size,
  }).catch((error: unknown) => target.whenGone(error, all.journal))
  return writer ?? fresh()
}

function follow(writer: ArchiveWriter, progress: Progress): void {
  writer.on('part', ({ start, end, skipped, concurrency }) => {
    progress.add(end - start, !skipped, concurrency)
  })
  writer.on('archive', ({ volume, archiveId }) => {
    if (volume > 1) progress.note(`Volume ${volume} is stored. Its ID is ${archiveId}.`)
  })
  writer.on('warning', ({ message }) => {
    progress.note(message)
  })
  followRetries(writer, (line) => {
    progress.note(line)
  })
}

/** The error, with the command that goes on where something is left to go on with. */
function advised(
  error: unknown,
  writer: ArchiveWriter,
  { vaultName, file }: Upload,
  options: PutOptions,
): unknown {
  const { uploadId } = writer
  const isKept = error instanceof UploadFailedError ? error.kept : uploadId !== undefined
  const isBetweenVolumes = uploadId === undefined && writer.archives.length > 0 && !writer.isStored
  if (!isKept && !isBetweenVolumes) return error
  return new ResumableError(
    error,
    `pipe in the same again: ${resumeCommand(vaultName, file, uploadId, options)}`,
  )
}

async function sizeOf(file: string | undefined): Promise<number | undefined> {
  if (file === undefined || file === '-') return undefined
  const found = await stat(file)
  return found.isFile() ? found.size : undefined
}

/** The bytes to store, and what to do when they are. */
async function open(
  file: string | undefined,
  io: Io,
): Promise<{ readonly source: ByteSource; close(): Promise<void> | void }> {
  if (file !== undefined && file !== '-') {
    const handle = await openFile(file, 'r')
    return { source: { fd: handle.fd }, close: () => handle.close() }
  }
  if (io.stdinFd !== undefined) return { source: { fd: io.stdinFd }, close: () => undefined }
  const { stdin } = io
  if (file === undefined && stdin.isTTY) {
    throw new UsageError(
      'Nothing is piped in: give a FILE, pipe something into the command, or give - to type.',
    )
  }
  return { source: stdin, close: () => void stdin.destroy() }
}

async function print(archive: Archive, { json }: PutOptions, io: Io): Promise<void> {
  const { vaultName: vault, archiveId, ...rest } = archive
  try {
    await (json ? printJson(io, { archiveId, vault, ...rest }) : printData(io, archiveId))
  } catch (error) {
    printNote(io, `The archive is stored. Its ID is ${archiveId}.`) // stdout is closed, and nobody else knows it
    throw error
  }
}

/** What `--dry-run` prints: what would be done, nothing having been read or sent. */
async function printPlan(
  plan: UploadPlan,
  size: number | undefined,
  { json }: PutOptions,
  io: Io,
): Promise<void> {
  const forecast = size === undefined ? undefined : forecastUpload(plan, size)
  const mostInArchive = plan.partSize * plan.partsPerVolume
  if (json) {
    await printJson(io, { ...plan, mostInArchive, size, forecast })
    return
  }
  const held = (plan.concurrency + 2) * plan.partSize
  const lines = [
    `part size   ${formatSize(plan.partSize)}`,
    `at once     ${plan.concurrency} requests`,
    `memory      ${formatSize(held)} of parts, of ${formatSize(plan.memory)} allowed`,
    `an archive  holds ${formatSize(mostInArchive)} in ${plan.partsPerVolume} parts; ${plan.volumes ? 'then the stream goes on in another' : 'more is an error'}`,
  ]
  if (size !== undefined && forecast) {
    const { parts, volumes, requests } = forecast
    lines.push(
      `${formatSize(size).padEnd(12)}would be ${parts} parts in ${volumes} archives: ${requests} requests`,
    )
  }
  for (const line of lines) await printData(io, line)
}
