/**
 * A process stores an archive only right after it has seen that it owns the stream. What takes time comes before that: a
 * record that is synced, or another attempt at the request.
 */
import { CATALOG, type Environment } from '../actors/environment.js'
import type { SimProcess } from '../world/sim-process.js'
import { ownerIn } from './lock-owner.js'

const STORING: ReadonlySet<string> = new Set(['completeUpload', 'uploadArchive'])

/** Watches a process that owns a stream from now on. */
export function watchOwnership({ world }: Environment, process: SimProcess): void {
  const { name, runtime } = process
  const { files } = runtime
  let hasChecked = false
  const disturb = process.onCall
  process.onCall = (what) => {
    disturb(what)
    if (STORING.has(what) && !hasChecked)
      world.fail('only the owner of a stream stores archives', `${name} makes the request ${what} unchecked`)
    if (what === 'sync' || STORING.has(what)) hasChecked = false
  }
  const lstat = files.lstat.bind(files)
  files.lstat = async (path) => {
    const stats = await lstat(path)
    if (path.startsWith(`${CATALOG}.locks/`) && ownerIn(path) === name) hasChecked = true
    return stats
  }
}
