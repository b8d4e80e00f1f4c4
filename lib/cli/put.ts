/**
 * `put VAULT [FILE]`: a stream into a vault; the archive ID on stdout.
 */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Catalog } from '../catalog/catalog.js'
import { checkOptions, picked } from '../options/check-options.js'
import { encodeDescription } from '../glacier/description.js'
import { GLACIER_LIMITS } from '../glacier/limits.js'
import { VAULT } from '../client/request-rules.js'
import { systemRuntime } from '../runtime/runtime.js'
import { ArchiveWriter } from '../upload/archive-writer.js'
import type { Archive } from '../store/archive.js'
import type { ByteSource } from '../stages/byte-source.js'
import { sendSource } from '../upload/send-source.js'
import { planUpload, type UploadPlan, type UploadPlanOptions } from '../upload/upload-plan.js'
import { UPLOAD_PLAN } from '../vault/upload-options.js'
import { vaultStore } from '../vault/vault-store.js'
import type { RetryNotice } from '../transfer/retry.js'
import { catalogFileOf, withConnection, type Connection, type ConnectionOptions } from './connection.js'
import { usage, UsageError } from './exit-code.js'
import { printNote, type Io } from './io.js'
import { Progress } from './progress.js'
import { printArchives, printPlan } from './put-output.js'
import { withResumeHint } from './resume-hint.js'
import { retryNotes } from './retry-notes.js'
import { descriptorOf, openInput } from './put-input.js'
import { selectStream, type SelectedStream } from './select-stream.js'
import { watchSource } from './source-watch.js'
import type { StreamIdentity } from './stream-owner.js'

/** Options of `put`. */
export interface PutOptions extends ConnectionOptions {
  readonly name?: string
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
    throw new UsageError('--resume and --upload-id both select an upload: give only one of them.')
  const size = await sizeOf(file)
  const expectedSize = options.expectedSize ?? size
  const planned: UploadPlanOptions = picked({ ...options, expectedSize }, UPLOAD_PLAN)
  const plan = usage(() => planUpload(checkOptions('put', planned, UPLOAD_PLAN), GLACIER_LIMITS))
  if (options.dryRun) {
    await printPlan(plan, expectedSize, options, io)
    return
  }
  const input = await openInput(file, io)
  try {
    const changeOf = await watchSource(input.fd, file)
    const archives = await withConnection(options, io, async (connection) => {
      const catalog = await Catalog.open(catalogFileOf(options, io.env))
      try {
        const { source } = input
        return await upload({ vaultName, file, source, size, plan, catalog, connection }, options, io)
      } finally {
        await catalog.close()
      }
    })
    const change = await changeOf(archives.reduce((sum, archive) => sum + archive.size, 0))
    if (change !== undefined && !options.quiet) printNote(io, change)
    await printArchives(archives, options, io)
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

async function upload(task: Upload, options: PutOptions, io: Io): Promise<readonly Archive[]> {
  const progress = new Progress(io, options, 'stored')
  const noteRetry = retryNotes((line) => {
    progress.note(line)
  })
  const { catalog, connection, source, file } = task
  const identity = await identityOf(task, options)
  const { client } = connection
  const { memory } = task.plan
  const selection = { identity, catalog, client, source, options, io, memory, onRetry: noteRetry }
  const selected = await selectStream(selection)
  try {
    const writer = usage(() => makeWriter(task, selected, options, io))
    progress.total = task.size
    follow(writer, progress, noteRetry)
    try {
      const archives = await sendSource(selected.source, writer, {
        hashThreads: options.hashThreads,
      }).finally(() => {
        progress.stop()
      })
      // An upload that was completed by an earlier run is only compared.
      if (progress.isEmpty) progress.note('The source is the same as what is stored. Nothing was sent.')
      else progress.done()
      return archives
    } catch (error) {
      for (const { volume, archiveId } of writer.archives)
        printNote(io, `Volume ${volume} is stored. Its ID is ${archiveId}.`)
      throw withResumeHint(error, writer, { vaultName: task.vaultName, file }, options)
    }
  } finally {
    await selected.lock.release()
  }
}

/** Where the stream goes, and what it is called. */
async function identityOf(
  { vaultName, file, connection }: Upload,
  { name, description, resume, uploadId }: PutOptions,
): Promise<StreamIdentity> {
  const fileName = file === undefined || descriptorOf(file) !== undefined ? undefined : basename(file)
  const isResumed = resume === true || uploadId !== undefined
  return {
    ...(await connection.address()),
    vaultName,
    // Of a new upload the service states it in its answer.
    accountId: isResumed ? await connection.account(vaultName) : undefined,
    name: name ?? description ?? fileName,
  }
}

/** A new stream has the plan of `put`; the plan of a resumed stream is made from the part size of its upload. */
function makeWriter(
  { vaultName, plan, connection, size }: Upload,
  { point, journal }: SelectedStream,
  options: PutOptions,
  { signal, clock = systemRuntime.clock }: Io,
): ArchiveWriter {
  const { accountId, description = '', retryFor, onFailure, limitRate } = options
  checkOptions('put', { vaultName, accountId }, VAULT)
  return new ArchiveWriter({
    store: vaultStore(connection.client, { vaultName, accountId }),
    plan: point ? resumedPlan(point.partSize, options) : plan,
    resumePoint: point,
    description: point ? point.description : encodeDescription(description) || undefined,
    sourceSize: size,
    runtime: { ...systemRuntime, clock },
    journal,
    onFailure,
    retryFor,
    limitRate,
    signal,
  })
}

function resumedPlan(
  partSize: number,
  { memory, concurrency, limitRate, maxArchiveSize, volumes }: PutOptions,
): UploadPlan {
  return planUpload({ partSize, memory, concurrency, limitRate, maxArchiveSize, volumes }, GLACIER_LIMITS)
}

function follow(writer: ArchiveWriter, progress: Progress, noteRetry: (notice: RetryNotice) => void): void {
  writer.on('part', ({ start, end, skipped, concurrency }) => {
    progress.add(end - start, !skipped, concurrency)
  })
  writer.on('archive', ({ volume, archiveId }) => {
    if (volume > 1) progress.note(`Volume ${volume} is stored. Its ID is ${archiveId}.`)
  })
  writer.on('warning', ({ message }) => {
    progress.note(message)
  })
  writer.on('retry', noteRetry)
}

/** Bytes of a file; `undefined` where they are not known. A size of 0 says nothing: files of /proc have it, and bytes. */
async function sizeOf(file: string | undefined): Promise<number | undefined> {
  if (file === undefined || descriptorOf(file) !== undefined) return undefined
  const found = await stat(file)
  if (found.isDirectory())
    throw new Error(`${file} is a directory. Give a file, or pipe an archive of it in.`)
  return found.isFile() && found.size > 0 ? found.size : undefined
}
