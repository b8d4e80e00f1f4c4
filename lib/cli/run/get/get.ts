/**
 * `get VAULT ARCHIVE…`: retrieves and verifies archives, to stdout or into a file. `s3://BUCKET/KEY` or
 * `s3://BUCKET NAME` retrieves an object of a bucket.
 */
import { refusalOf } from '../../../options/option-error.js'
import { descriptorOf } from '../../../retrieve/file/output-target.js'
import { systemFiles } from '../../../runtime/system-files.js'
import { pipeToClose } from '../../../streams/pipe-to-close.js'
import { retrieveArchive } from '../../../vault/retrieve-archive.js'
import { retrieveToFile } from '../../../vault/retrieve-to-file.js'
import { UsageError } from '../../command-errors.js'
import type { GetOptions } from '../../commands/archives/get.js'
import type { Io } from '../../io.js'
import { asUsageError, toUsageError } from '../../options/option-names.js'
import { printNote } from '../../output/print.js'
import { Progress } from '../../output/progress/progress.js'
import { objectOperandOf } from '../objects/object-operand.js'
import { followReader, type Retrieval } from './follow-reader.js'
import { withResumeHint, type EndedGet } from './get-resume.js'
import { getMany } from './many/get-many.js'
import { fragmentWarning } from './retrieval-target.js'
import { bucketSource } from './source/bucket-source.js'
import type { FoundSource, GetSource, SourceRetrieval } from './source/get-source.js'
import { vaultSource } from './source/vault-source.js'
import { startOnly } from './start-only.js'

/** A `get`, and where its output goes. */
interface GetTask extends Pick<FoundSource, 'target' | 'words'> {
  readonly options: GetOptions
  readonly io: Io
  readonly argv: readonly string[]
}

/**
 * Runs `get`.
 *
 * @param place - the name of a vault, or the address of an object or of a bucket
 * @param argv - the arguments of the process, for the hint that repeats the command
 */
export async function get(
  place: string,
  archiveIds: readonly string[],
  given: GetOptions,
  io: Io,
  argv: readonly string[],
): Promise<void> {
  if (given.match !== undefined) {
    await getMany(place, archiveIds, given.match, given, io, argv)
    return
  }
  const source = sourceOf(place, archiveIds, await withStdout(given))
  const { options } = source
  const { output, wait, dryRun } = options
  if (output === undefined && wait && !dryRun && io.stdout.isTTY) {
    throw new UsageError(
      'stdout is a terminal. Write the archive to a file with -o FILE, pipe it into a command, or give -o - to print it.',
    )
  }
  await source.connect(io, async ({ store, target, words, describeJob, printPlan, noteCost }) => {
    const { tier, concurrency, memory, retryFor, snsTopic, checkLate } = options
    const { signal, clock } = io
    const settings = { tier, snsTopic, concurrency, memory, retryFor, checkLate, signal, clock }
    const retrieval = { store, ...settings, ...target.options }
    if (dryRun) {
      await printPlan(retrieval)
      return
    }
    await noteCost(retrieval)
    if (wait) await transfer(retrieval, { target, words, options, io, argv })
    else await startOnly(retrieval, { describeJob, words, options, io, argv })
  })
}

/** The options with `-` in the place of `/dev/stdout` and other names of stdout, which may be a file or a socket that cannot be opened again. */
async function withStdout(options: GetOptions): Promise<GetOptions> {
  const { output = '-' } = options
  if (output === '-') return options
  return (await descriptorOf(output, systemFiles)) === 1 ? { ...options, output: '-' } : options
}

/**
 * The source of the operands: an object of a bucket if the first one is an address, otherwise a vault.
 *
 * @throws {UsageError} operands and options that contradict each other
 */
function sourceOf(place: string, archiveIds: readonly string[], options: GetOptions): GetSource {
  const object = objectOperandOf(place, archiveIds)
  if (object) return bucketSource(object, options)
  const { job, range, dryRun } = options
  if (archiveIds.length > 0 === (job !== undefined))
    throw new UsageError(
      'Give either archives, --match PATTERN for the newest archive of each name that matches, or --job ID.',
    )
  if (job !== undefined && range)
    throw new UsageError('--range cannot be used with --job: the range of a job is set when it is started.')
  if (job !== undefined && dryRun)
    throw new UsageError(
      '--dry-run cannot be used with --job: the job exists, and its output costs nothing more.',
    )
  return vaultSource(place, archiveIds, options)
}

async function transfer(
  retrieval: SourceRetrieval,
  { target: { unknownArchive, isCheckedLate = false }, words, options, io, argv }: GetTask,
): Promise<void> {
  const { output, range, snsTopic } = options
  const state = { isWaiting: false }
  const toStdout = output === undefined || output === '-'
  const isDataOnTerminal = toStdout && io.stdout.isTTY === true
  const progress = new Progress(io, options, words.operation, { isDataOnTerminal })
  const follow = (reader: Retrieval): void => {
    reader.on('job', () => (state.isWaiting = true))
    reader.on('ready', ({ archiveId, archiveSize = 0 }) => {
      const warning =
        archiveId !== undefined && archiveId === unknownArchive && fragmentWarning(archiveId, archiveSize)
      if (warning) printNote(io, warning) // also with --quiet
    })
    followReader(reader, progress, snsTopic, words)
  }
  try {
    if (toStdout) {
      const reader = asUsageError(() => retrieveArchive(retrieval))
      follow(reader)
      await pipeToClose(reader, io.stdout, { end: false })
    } else {
      const download = retrieveToFile(output, retrieval)
      if (!download.plan) await download.catch(throwUsageError)
      follow(download)
      await download
    }
  } catch (error) {
    progress.end()
    const ended: EndedGet = {
      output: toStdout ? undefined : output,
      again: range ? 'The range' : isCheckedLate ? 'The object' : undefined,
      hasJob: state.isWaiting,
      kept: words.kept,
      argv,
    }
    throw await withResumeHint(explained(error), ended)
  }
  progress.done()
}

/** Throws the error of a promise: that of a refused option is a usage error. */
function throwUsageError(error: unknown): never {
  throw toUsageError(error)
}

/** A usage error if an option was refused once the archives were described, such as a memory that is too small for their parts. */
function explained(error: unknown): unknown {
  return error instanceof RangeError && refusalOf(error) ? toUsageError(error) : error
}
