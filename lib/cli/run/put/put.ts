/**
 * `put VAULT [FILE]` and `put VAULT -- CMD ARGS…`: stores a stream in a vault, and prints the archive ID.
 */
import { stat } from 'node:fs/promises'
import { checkOptions, picked } from '../../../options/check-options.js'
import { VAULT } from '../../../client/request-rules.js'
import { credentialsInUse } from '../../../client/diagnosis.js'
import { GLACIER_LIMITS } from '../../../glacier/limits.js'
import type { SelectedStream } from '../../../selection/stream-selection.js'
import type { ArchiveWriter } from '../../../upload/archive-writer.js'
import type { Archive } from '../../../store/archive.js'
import { sendSource } from '../../../upload/send-source.js'
import { planUpload, type UploadPlanOptions } from '../../../upload/upload-plan.js'
import { newWriter, resumedPlanOf } from '../../../vault/archive-writer.js'
import { UPLOAD_PLAN } from '../../../vault/upload-options.js'
import { vaultStore, type VaultStore } from '../../../vault/vault-store.js'
import type { RetryNotice } from '../../../transfer/retry.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import { asUsageError } from '../../options/option-names.js'
import { printNote } from '../../output/print.js'
import { openVolume, PUT } from '../../output/progress/operation.js'
import { Progress } from '../../output/progress/progress.js'
import { retryNotes } from '../../output/retry-notes.js'
import { type Connection, withConnection } from '../connection.js'
import { openCatalog } from '../open-catalog.js'
import { commandInput } from './command-input.js'
import { descriptorOf, openInput } from './put-input.js'
import { printArchives, printPlan } from './put-output.js'
import { withResumeHint } from './resume-hint.js'
import { type PutStream, selectPutStream } from './put-stream.js'
import { streamDescription } from './stream-name.js'
import { watchSource } from './source-watch.js'
import { startNotes } from './start-notes.js'
import type { PutOptions, PutSource } from '../../commands/archives/put.js'

/** Runs `put`. */
export async function put(
  vaultName: string,
  { file, command }: PutSource,
  options: PutOptions,
  io: Io,
): Promise<void> {
  assertOneSource(file, command)
  if (options.resume && options.uploadId !== undefined)
    throw new UsageError('--resume and --upload-id both select an upload. Give only one of them.')
  const description = asUsageError(() => streamDescription(file, options))
  const size = await sizeOf(file)
  const expectedSize = options.expectedSize ?? size
  const planned: UploadPlanOptions = picked({ ...options, expectedSize }, UPLOAD_PLAN)
  const plan = asUsageError(() => planUpload(checkOptions('put', planned, UPLOAD_PLAN), GLACIER_LIMITS))
  if (options.dryRun) {
    await printPlan(plan, expectedSize, options, io)
    return
  }
  if (!options.quiet)
    for (const note of startNotes(plan, expectedSize, options.memory !== undefined)) printNote(io, note)
  const input = command ? commandInput(command, io) : await openInput(file, io)
  try {
    const changeOf = await watchSource(input.fd, file)
    const archives = await withConnection(options, io, async (connection) => {
      if (command) await assertConfigured(connection)
      const catalog = await openCatalog(options, io)
      try {
        const task = { vaultName, file, command, description, size, plan, catalog, connection }
        return await upload({ ...task, source: await input.open() }, options, io)
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

/**
 * Checks that requests can be signed and addressed, before a command is started for nothing. Makes no request of the vault.
 *
 * @throws {ServiceError} `ERR_SERVICE`: no region is set
 * @throws {CredentialsError} `ERR_CREDENTIALS`: the credentials cannot be fetched
 */
async function assertConfigured({ client, address }: Connection): Promise<void> {
  await address()
  await credentialsInUse(client.connection)
}

/** An upload: its source, its plan, and the vault. */
interface UploadTask extends PutStream {
  /** The description of a new stream, as it is sent. */
  readonly description: string | undefined
  /** Bytes of the source; `undefined` if they are not known for certain. */
  readonly size: number | undefined
}

async function upload(task: UploadTask, options: PutOptions, io: Io): Promise<readonly Archive[]> {
  const progress = new Progress(io, options, PUT)
  const noteRetry = retryNotes((line) => {
    progress.note(line)
  })
  const { vaultName, connection } = task
  const store = vaultStore(connection.client, { vaultName, accountId: options.accountId })
  const selected = await selectPutStream(task, store, noteRetry, options, io)
  try {
    const writer = asUsageError(() => makeWriter(task, store, selected, options, io))
    const state = { hasParts: false }
    writer.once('part', () => (state.hasParts = true))
    follow(writer, progress, noteRetry)
    try {
      const { hashThreads } = options
      const archives = await sendSource(selected.source, writer, { hashThreads })
      if (state.hasParts) {
        progress.done()
      } else {
        // An earlier run has completed the upload: the source was only compared.
        progress.end('success')
        progress.note('The source is the same as the stored archive. Nothing was sent.')
      }
      return archives
    } catch (error) {
      progress.end()
      for (const { volume, archiveId } of writer.archives)
        printNote(io, `Volume ${volume} is stored. Its ID is ${archiveId}.`)
      throw withResumeHint(error, writer, task, options)
    }
  } finally {
    await selected.lock.release()
  }
}

/** @throws {UsageError} a file and a command are given, or no program after `--` */
function assertOneSource(file: string | undefined, command: readonly string[] | undefined): void {
  if (command && file !== undefined)
    throw new UsageError(`A FILE and a command after -- are two sources. Give one of them. FILE is ${file}.`)
  if (command?.length === 0)
    throw new UsageError(
      'A command must follow --, as in: put VAULT -- pg_dump shop. FILE is given without --.',
    )
}

/** A new stream has the plan of `put`; the plan of a resumed stream is made from the part size of its upload. */
function makeWriter(
  { vaultName, description, plan, size }: UploadTask,
  store: VaultStore,
  { point, journal }: SelectedStream,
  options: PutOptions,
  { signal, clock }: Io,
): ArchiveWriter {
  const { accountId, retryFor, onFailure, limitRate } = options
  checkOptions('put', { vaultName, accountId }, VAULT)
  const writerPlan = point ? resumedPlanOf(options, point, store) : plan
  return newWriter(
    { description, sourceSize: size, onFailure, journal, retryFor, limitRate, clock },
    { store, plan: writerPlan, resumePoint: point, signal },
  )
}

function follow(writer: ArchiveWriter, progress: Progress, noteRetry: (notice: RetryNotice) => void): void {
  writer.on('archive', ({ volume, archiveId }) => {
    if (volume > 1) progress.note(`Volume ${volume} is stored. Its ID is ${archiveId}.`)
  })
  writer.on('warning', ({ message }) => {
    progress.note(message)
  })
  writer.on('retry', noteRetry)
  progress.follow(writer, () => openVolume(writer))
}

/**
 * Bytes of a file; `undefined` if they are not known. A size of 0 counts as unknown: files in /proc report it although
 * they contain bytes.
 */
async function sizeOf(file: string | undefined): Promise<number | undefined> {
  if (file === undefined || descriptorOf(file) !== undefined) return undefined
  const found = await stat(file)
  if (found.isDirectory())
    throw new Error(`${file} is a directory. Give a file, or pipe an archive of the directory in.`)
  return found.isFile() && found.size > 0 ? found.size : undefined
}
