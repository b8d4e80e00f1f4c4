/**
 * A process stores an archive, or aborts an upload, only right after it has seen that it owns the stream. What takes time
 * comes before that: a record that is synced, or another attempt at the request.
 */
import { CATALOG, type SharedEnvironment } from '../actors/environment.js'
import type { InvariantName } from '../world/invariants.js'
import type { SimProcess } from '../world/sim-process.js'
import { ownerIn } from './lock-owner.js'

/** The requests of an owner, and the invariant that such a request of any other process breaks. */
const REQUESTS: ReadonlyMap<string, InvariantName> = new Map([
  ['completeUpload', 'only the owner of a stream stores archives'],
  ['uploadArchive', 'only the owner of a stream stores archives'],
  ['putObject', 'only the owner of a stream stores archives'],
  ['abortUpload', 'no wrong abort'],
])

/** Watches a process that owns a stream from now on. */
export function watchOwnership({ world }: SharedEnvironment, process: SimProcess): void {
  const { name, runtime } = process
  const { files } = runtime
  let hasChecked = false
  const disturb = process.onCall
  process.onCall = (what) => {
    disturb(what)
    const invariant = REQUESTS.get(what)
    if (invariant && !hasChecked) world.fail(invariant, `${name} makes the request ${what} unchecked`)
    if (what === 'sync' || invariant) hasChecked = false
  }
  const lstat = files.lstat.bind(files)
  files.lstat = async (path) => {
    const stats = await lstat(path)
    if (path.startsWith(`${CATALOG}.locks/`) && ownerIn(path) === name) hasChecked = true
    return stats
  }
}
