/** A process whose lock was taken over stores no archive. */
import { CATALOG, type Environment } from '../actors/environment.js'
import type { SimProcess } from '../world/sim-process.js'
import { ownerIn } from './lock-owner.js'

const STORING: ReadonlySet<string> = new Set(['completeUpload', 'uploadArchive'])
/**
 * Calls that a process may make after it lost its lock until it notices: the lock is looked at right before a request that
 * stores an archive, and the heartbeat of the lock and other requests make calls meanwhile.
 */
const CALLS_UNNOTICED = 8

/** Watches a process that owns a stream from now on. */
export function watchOwnership(env: Environment, process: SimProcess): void {
  const { world, name } = process
  const disturb = process.onCall
  let callsSinceLoss = 0
  process.onCall = (what) => {
    disturb(what)
    if (!env.ledger.isAnyTakenOver || isOwner(env, name)) return
    callsSinceLoss++
    if (STORING.has(what) && callsSinceLoss > CALLS_UNNOTICED)
      world.fail('only the owner of a stream stores archives', `${name} makes the request ${what}`)
  }
}

function isOwner({ disk }: Environment, name: string): boolean {
  const folder = `${CATALOG}.locks`
  return disk.pathsIn(folder).some((path) => ownerIn(path) === name && !path.includes('.new/'))
}
