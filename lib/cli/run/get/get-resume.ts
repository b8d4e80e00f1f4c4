/** The message of a `get` that was interrupted or failed: what is kept, and the command that resumes it. */
import { stat } from 'node:fs/promises'
import { AbortError, ConnectionError, RetriesExhaustedError, ServiceError } from '../../../errors.js'
import { systemReason } from '../../../fs/system-reason.js'
import { outputTarget } from '../../../retrieve/file/output-target.js'
import { ResumableError } from '../../command-errors.js'
import { shellCommand } from '../put/resume-notes.js'

/** A `get` that failed or was stopped. */
export interface BrokenGet {
  /** The path given with `--output`; `undefined` for stdout. */
  readonly output: string | undefined
  readonly isRange: boolean
  /** Whether a retrieval job was started or found. */
  readonly hasJob: boolean
  /** The arguments of the command. */
  readonly argv: readonly string[]
}

/** The error, with what is kept and the command that goes on where that is of use. */
export async function withGetHint(error: unknown, broken: BrokenGet): Promise<unknown> {
  const { output, hasJob, argv } = broken
  const partial = await partialOf(broken)
  const isStopped = error instanceof AbortError || (error as Error).name === 'AbortError'
  const isKept = hasJob || (isStopped && partial !== undefined)
  const reason = outputReason(error)
  if (!isKept || !(isStopped || isPassing(error) || reason !== undefined)) return error
  const told = reason === undefined ? error : new Error(`${output ?? 'stdout'}: ${reason}.`, { cause: error })
  const command = shellCommand(['glacier-pipe', ...argv], [])
  return new ResumableError(
    told,
    `${keptText(broken, partial)} To continue, run the same command again: ${command}`,
  )
}

function keptText({ output, isRange, hasJob }: BrokenGet, partial: string | undefined): string {
  const job = 'The retrieval job is kept'
  if (partial !== undefined) return hasJob ? `${job}, and so is ${partial}.` : `${partial} is kept.`
  if (output === undefined) return `${job}; what went to stdout comes again from its beginning.`
  return isRange ? `${job}; the range is retrieved again from its beginning.` : `${job}.`
}

/** Why the output could not be written, where the system says so. */
function outputReason(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code === 'EPIPE' ? undefined : systemReason(error)
}

/** The partial file, as far as the next run uses it. */
async function partialOf({ output, isRange }: BrokenGet): Promise<string | undefined> {
  if (output === undefined || isRange) return undefined
  const target = await outputTarget(output).catch(() => undefined)
  const found = target?.kind === 'file' && (await stat(`${target.path}.partial`).catch(() => undefined))
  return found && found.size > 0 ? `${output}.partial` : undefined
}

/** Whether an error may be gone when the same is run again. */
function isPassing(error: unknown): boolean {
  if (error instanceof RetriesExhaustedError || error instanceof ConnectionError) return true
  return error instanceof ServiceError && error.serviceCode === 'UnexpectedResponse'
}
