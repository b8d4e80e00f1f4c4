/**
 * The checks of `doctor`. Each has a time limit, and none prevents the others: a failure of any kind is a finding.
 */
import { systemReason } from '../../../fs/system-reason.js'
import { systemClock, type Clock } from '../../../runtime/clock.js'

/** The result of a check. */
export interface Finding {
  readonly status: 'failed' | 'ok' | 'warning'
  /** The result, as a clause without a full stop. */
  readonly finding: string
  /** The action to take, in whole sentences; only for failures and warnings. */
  readonly remedy?: string | undefined
}

/** A check, with the name of its subject. */
export interface Check {
  readonly name: string
  readonly run: (signal: AbortSignal) => Finding | Promise<Finding>
}

/** A finding, with the name of its check. */
export interface NamedFinding extends Finding {
  readonly check: string
}

/** Maximum time of one check. */
export const CHECK_LIMIT_MS = 15_000

/** A finding that all is well. */
export function ok(finding: string): Finding {
  return { status: 'ok', finding }
}

/** A finding that may matter. */
export function warning(finding: string, remedy: string): Finding {
  return { status: 'warning', finding, remedy }
}

/** A finding that prevents commands from working. */
export function failed(finding: string, remedy: string): Finding {
  return { status: 'failed', finding, remedy }
}

/** The finding of a check that needs a region, which is not set. */
export function withoutRegion(): Finding {
  return warning('not checked', 'Set a region first.')
}

/** The finding for an error. */
export function failedWith(error: unknown, remedy: string): Finding {
  return failed(problemOf(error), remedy)
}

/** The problem of an error, as a clause without a full stop. */
export function problemOf(error: unknown): string {
  const reason = systemReason(error)
  const { path } = error as { readonly path?: string }
  if (reason !== undefined) return path === undefined ? reason : `${path}: ${reason}`
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
}

/**
 * Runs checks at the same time, and yields their findings in the order of the checks.
 *
 * @param clock - for the time limit; default the system's
 */
export async function* findingsOf(
  checks: readonly Check[],
  signal: AbortSignal,
  clock: Clock = systemClock,
): AsyncGenerator<NamedFinding, void, undefined> {
  const findings = checks.map((check) => findingOf(check, signal, clock))
  for (const finding of findings) yield await finding
}

/** The finding of one check. Never rejects. */
async function findingOf({ name, run }: Check, signal: AbortSignal, clock: Clock): Promise<NamedFinding> {
  const stop = new AbortController()
  const started = async (): Promise<Finding> => run(AbortSignal.any([signal, stop.signal]))
  const limit = async (): Promise<Finding> => {
    await clock.sleep(CHECK_LIMIT_MS, stop.signal)
    return failed(
      `no result within ${CHECK_LIMIT_MS / 1000} seconds`,
      'Check the network and the disks that it uses, then run doctor again.',
    )
  }
  const finding = await Promise.race([started(), limit()]).catch((error: unknown) =>
    failedWith(error, 'Run the command again with --debug for details.'),
  )
  stop.abort()
  return { check: name, ...finding }
}
