/**
 * `put VAULT [FILE]` and `put VAULT -- CMD ARGS…`: stores a stream in a vault, and prints the archive ID. `s3://BUCKET/KEY` in the
 * place of VAULT stores it as an object of a bucket.
 */
import { stat } from 'node:fs/promises'
import { checkOptions, picked } from '../../../options/check-options.js'
import type { Archive } from '../../../store/archive.js'
import {
  forecastUpload,
  planUpload,
  type UploadPlan,
  type UploadPlanOptions,
} from '../../../upload/upload-plan.js'
import { UPLOAD_PLAN } from '../../../vault/upload-options.js'
import { UsageError } from '../../command-errors.js'
import type { PutOptions, PutSource } from '../../commands/archives/put.js'
import type { Io } from '../../io.js'
import { objectAddressOf } from '../../options/destination.js'
import { asUsageError } from '../../options/option-names.js'
import { printNote } from '../../output/print.js'
import { PUT } from '../../output/progress/operation.js'
import { Progress } from '../../output/progress/progress.js'
import { retryNotes } from '../../output/retry-notes.js'
import { catalogFileOf } from '../data-folder.js'
import { openCatalog } from '../open-catalog.js'
import { commandInput } from './command-input.js'
import { descriptorOf, openInput, type PutInput } from './put-input.js'
import { printArchives, printPlan } from './put-output.js'
import { watchSource } from './source-watch.js'
import { startNotes } from './start-notes.js'
import { bucketTarget } from './target/bucket-target.js'
import type { PutTarget } from './target/put-target.js'
import { vaultTarget } from './target/vault-target.js'
import { upload } from './upload.js'

/** Runs `put`. */
export async function put(
  destination: string,
  { file, command }: PutSource,
  given: PutOptions,
  io: Io,
): Promise<void> {
  assertOneSource(file, command)
  if (given.resume && given.uploadId !== undefined)
    throw new UsageError('--resume and --upload-id both select an upload. Give only one of them.')
  const target = targetOf(destination, file, given)
  const { options, limits } = target
  const size = await sizeOf(file)
  const expectedSize = options.expectedSize ?? size
  const planned: UploadPlanOptions = picked({ ...options, expectedSize }, UPLOAD_PLAN)
  const plan = asUsageError(() => planUpload(checkOptions('put', planned, UPLOAD_PLAN), limits))
  assertRoom(plan, expectedSize, target)
  if (options.dryRun) {
    await printPlan(plan, expectedSize, target, io)
    return
  }
  if (!options.quiet) for (const note of startNotes(plan, expectedSize, target)) printNote(io, note)
  const input = command ? commandInput(command, io) : await openInput(file, io)
  try {
    const changeOf = await watchSource(input.fd, file)
    const archives = await store({ target, file, command, size, plan, input }, io)
    const change = await changeOf(archives.reduce((sum, archive) => sum + archive.size, 0))
    if (change !== undefined && !options.quiet) printNote(io, change)
    await printArchives(archives, target, io)
  } finally {
    await input.close()
  }
}

/** @throws {UsageError} the source takes more volumes than the key has room for; it would fail at the end of the last of them */
function assertRoom(
  plan: UploadPlan,
  size: number | undefined,
  { maxVolumes, destination }: PutTarget,
): void {
  if (size === undefined || forecastUpload(plan, size).volumes <= maxVolumes) return
  throw new UsageError(
    `The source takes more objects than there can be for ${destination}: the keys of the later ones would be too long. ` +
      'Choose a shorter key, or larger parts with --part-size.',
  )
}

/** The target of the operand: an object of a bucket if it is an address, otherwise a vault. */
function targetOf(destination: string, file: string | undefined, options: PutOptions): PutTarget {
  const address = objectAddressOf(destination)
  return address ? bucketTarget(address, options) : vaultTarget(destination, file, options)
}

/** The task of a `put`: its target, its source and its plan. */
interface PutTask extends PutSource {
  readonly target: PutTarget
  /** Bytes of the source; `undefined` if they are not known for certain. */
  readonly size: number | undefined
  readonly plan: UploadPlan
  readonly input: PutInput
}

/** Connects, opens the catalog and then the source, and stores it. */
function store({ input, ...task }: PutTask, io: Io): Promise<readonly Archive[]> {
  const { target, command } = task
  const { options } = target
  const progress = new Progress(io, options, PUT)
  const note = (line: string): void => {
    progress.note(line)
  }
  const warn = (line: string): void => {
    if (options.quiet) printNote(io, line)
    else note(line)
  }
  const onRetry = retryNotes(note)
  return target.connect(io, warn, async (connection) => {
    const catalogFile = catalogFileOf(options, io.env)
    await connection.assertReady({ catalogFile, isCommand: command !== undefined, onRetry })
    const catalog = await openCatalog(options, io)
    try {
      const stream = { ...task, source: await input.open(), catalog, connection }
      return await upload(stream, { progress, onRetry }, io)
    } finally {
      await catalog.close()
    }
  })
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
