/** No lock, and no other file that a process has made for itself, remains of a process that has ended by itself. */
import { CATALOG, type SharedEnvironment } from '../actors/environment.js'
import type { FaultKind } from '../world/faults.js'
import { ownerIn } from './lock-owner.js'

/** Faults by which a process cannot remove its files. */
const EXCUSES: readonly FaultKind[] = ['disk-error', 'power-cut', 'cut-off', 'file-replaced', 'disk-full']

/** Looks for names of processes that have ended among all files. */
export function checkNoLockRemains({ world, disk, table, kinds }: SharedEnvironment): void {
  if (EXCUSES.some((kind) => kinds.has(kind))) return
  const ended = new Set([...table.values()].filter(({ state }) => state === 'ended').map(({ name }) => name))
  for (const path of disk.pathsIn('/shared')) {
    const owner = ownerIn(path)
    if (owner !== undefined && ended.has(owner))
      world.fail('no lock remains of an ended process', `${owner} leaves ${path}`)
  }
  const isAnyKilled = [...table.values()].some(({ state }) => state === 'killed')
  const trial = isAnyKilled
    ? undefined
    : disk.pathsIn('/shared').find((path) => path.startsWith(`${CATALOG}.`) && path.endsWith('.room'))
  if (trial !== undefined) world.fail('no lock remains of an ended process', `${trial} remains`)
}
