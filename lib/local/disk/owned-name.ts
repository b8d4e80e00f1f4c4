/**
 * What is in `tmp/` belongs to the process its name states, so that what a dead process left can be told from what a
 * living one is working on. Names are those of lib/fs/owner-name.ts; version 0.1 made `PID-MADE-RANDOM`.
 */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileSystemTime } from '../../fs/lock-files.js'
import { parseOwnerName } from '../../fs/owner-name.js'
import { livenessOf } from '../../fs/process-identity.js'
import { SYSTEM } from '../../fs/process-system.js'
import { namesIn, unlessMissing } from './files.js'

/** Milliseconds without a write after which what a process elsewhere made is abandoned. */
const STALE_MS = 600_000
/** When this process started, in milliseconds. */
const STARTED = Date.now() - process.uptime() * 1000

/**
 * Whether nobody is working any more on what has a name in a folder: its process is dead, or it is elsewhere and has not
 * written for long, or the name states no process.
 */
export async function isAbandoned(dir: string, name: string): Promise<boolean> {
  const owner = parseOwnerName(name)
  if (owner === undefined) return !isOldOwnerAlive(name)
  const liveness = await livenessOf(owner)
  if (liveness !== 'elsewhere') return liveness === 'dead'
  return (await fileSystemTime(dir)) - (await lastWrite(join(dir, name))) > STALE_MS
}

/** Whether the process that made a name of version 0.1 may still run; false of any other name. */
function isOldOwnerAlive(name: string): boolean {
  const match = /^(\d+)-(\d+)-[0-9a-f]{24}$/.exec(name)
  if (!match) return false
  const [pid, made] = [Number(match[1]), Number(match[2])]
  return pid === process.pid ? made >= STARTED : SYSTEM.exists(pid)
}

/** The last modification, in milliseconds, of a file, or of a folder and what is in it. */
async function lastWrite(path: string): Promise<number> {
  const paths = [path, ...(await namesIn(path)).map((name) => join(path, name))]
  const times = await Promise.all(
    paths.map(async (it) => (await unlessMissing(lstat(it), { mtimeMs: 0 })).mtimeMs),
  )
  return Math.max(...times)
}
