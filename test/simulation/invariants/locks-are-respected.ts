/** A lock is taken over only from a process that is gone, or that is elsewhere and could be so. */
import type { SharedEnvironment } from '../actors/environment.js'
import type { FaultKind } from '../world/faults.js'
import type { SimProcess } from '../world/sim-process.js'

const INVARIANT = 'a lock is taken only from a process that is gone'

/** Faults by which the heartbeat of a living process can be stale. */
const EXCUSES: readonly FaultKind[] = [
  ...(['paused', 'cut-off', 'disk-slow', 'disk-error', 'disk-full', 'power-cut', 'file-replaced'] as const),
]

/**
 * Checks a lock that a process has taken over.
 *
 * @param previousName - the name of the process that owned it before
 */
export function checkTakenOver(
  env: SharedEnvironment,
  { name, host, world }: SimProcess,
  previousName: string,
): void {
  const previous = [...env.table.values()].find((other) => other.name === previousName)
  if (previous?.isRunning() !== true) return
  if (previous.host === host)
    world.fail(INVARIANT, `${name} takes the lock of ${previousName}, which runs on the same host`)
  else if (!EXCUSES.some((kind) => env.kinds.has(kind)))
    world.fail(INVARIANT, `${name} takes the lock of ${previousName}, which has written to it lately`)
}
