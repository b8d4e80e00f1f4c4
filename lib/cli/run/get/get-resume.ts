/** The hint after a `get` that failed or was stopped: what is kept, and the command that resumes it. */
import { stat } from 'node:fs/promises'
import { AbortError, ConnectionError, RetriesExhaustedError, ServiceError } from '../../../errors.js'
import { systemFiles } from '../../../runtime/system-files.js'
import { systemReason } from '../../../fs/system-reason.js'
import { outputTarget, type OutputTarget } from '../../../retrieve/file/output-target.js'
import { ResumableError } from '../../command-errors.js'
import { shellCommand } from '../../output/shell-command.js'

/** The state of a `get` that failed or was stopped. */
export interface EndedGet {
  /** The path given with `--output`; `undefined` for stdout. */
  readonly output: string | undefined
  /** The content that is retrieved again from its beginning, also into a file; `undefined` if the partial file is used. */
  readonly again: 'The object' | 'The range' | undefined
  /** Whether a retrieval job was started or found. */
  readonly hasJob: boolean
  /** The clause about the job that the service keeps, as `The retrieval job is kept`; `undefined` if it keeps none. */
  readonly kept: string | undefined
  /** The arguments of the command. */
  readonly argv: readonly string[]
}

/** The error, with what is kept and the command that resumes, if something is kept and the same command may succeed. */
export async function withResumeHint(error: unknown, ended: EndedGet): Promise<unknown> {
  const { output, hasJob, kept, argv } = ended
  const target =
    output === undefined ? undefined : await outputTarget(output, systemFiles).catch(() => undefined)
  const partial = await partialOf(ended, target)
  const isStopped = error instanceof AbortError || (error as Error).name === 'AbortError'
  const isJobKept = hasJob && kept !== undefined
  // Where nothing but the partial file is kept, the same command may use it once a job was found.
  const isKept = isJobKept || (partial !== undefined && (isStopped || hasJob))
  const reason = outputReason(error)
  if (!isKept || !(isStopped || isTransient(error) || reason !== undefined)) return error
  const explained =
    reason === undefined ? error : new Error(`${output ?? 'stdout'}: ${reason}.`, { cause: error })
  const command = shellCommand(['glacier-pipe', ...argv], [])
  return new ResumableError(
    explained,
    `${keptText(ended, target, partial)} To resume, run the same command again: ${command}`,
  )
}

function keptText(
  { output, again, hasJob, kept }: EndedGet,
  target: OutputTarget | undefined,
  partial: string | undefined,
): string {
  const job = hasJob ? kept : undefined
  if (partial !== undefined)
    return job === undefined ? `${partial} is kept.` : `${job}, and so is ${partial}.`
  if (output === undefined || target?.kind === 'stream')
    return `${job}. The output on ${output ?? 'stdout'} starts again from its beginning.`
  return again === undefined ? `${job}.` : `${job}. ${again} is retrieved again from its beginning.`
}

/** The reason of the system for which the output could not be written; `undefined` for other errors. */
function outputReason(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code === 'EPIPE' ? undefined : systemReason(error)
}

/** The path of the partial file, if the next run uses it. */
async function partialOf(
  { output, again }: EndedGet,
  target: OutputTarget | undefined,
): Promise<string | undefined> {
  if (again !== undefined || target?.kind !== 'file') return undefined
  const found = await stat(`${target.path}.partial`).catch(() => undefined)
  return found && found.size > 0 ? `${output}.partial` : undefined
}

/** Whether the same command may succeed later. */
function isTransient(error: unknown): boolean {
  if (error instanceof RetriesExhaustedError || error instanceof ConnectionError) return true
  return error instanceof ServiceError && error.serviceCode === 'UnexpectedResponse'
}
