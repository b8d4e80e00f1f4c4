/**
 * An entry in `tmp/` belongs to the process in its name, so that the files of a dead process can be distinguished
 * from those of a running one. Names are those of lib/fs/owner-name.ts; version 0.1 used `PID-MADE-RANDOM`. Any other entry is not ours,
 * and stays.
 */
import { lstat, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileSystemTime } from '../../fs/lock-files.js'
import { parseOwnerName } from '../../fs/owner-name.js'
import { livenessOf } from '../../runtime/process-identity.js'
import { SYSTEM } from '../../runtime/process-system.js'
import { kindOf, namesIn, unlessMissing } from './files.js'

/** Milliseconds without a write after which the entry of a process on another machine is abandoned. */
const STALE_MS = 600_000
/** The time at which this process started, in milliseconds. */
const STARTED_MS = Date.now() - process.uptime() * 1000
/** A name of version 0.1. */
const OLD_NAME = /^(?<pid>\d{1,10})-(?<made>\d{13})-[0-9a-f]{24}$/

/** Removes the entries of dead processes from a folder. A symbolic link is removed, never followed. */
export async function sweepAbandoned(dir: string): Promise<void> {
  for (const name of await namesIn(dir)) {
    if (await isAbandoned(dir, name)) await rm(join(dir, name), { recursive: true, force: true })
  }
}

/**
 * Whether an entry has our own form, and is no longer in use: its process is dead, or is on another machine and has not
 * written for a long time.
 */
export async function isAbandoned(dir: string, name: string): Promise<boolean> {
  const owner = parseOwnerName(name)
  if (owner === undefined) return isOldOwnerName(name) && !isOldOwnerAlive(name) && isStale(dir, name)
  const liveness = await livenessOf(owner)
  return liveness === 'elsewhere' ? isStale(dir, name) : liveness === 'dead'
}

/** Whether a name is one of version 0.1. */
export function isOldOwnerName(name: string): boolean {
  return OLD_NAME.test(name)
}

/** Whether the process in a name of version 0.1 may be running, if it is in the PID namespace of this process. */
function isOldOwnerAlive(name: string): boolean {
  const { pid, made } = OLD_NAME.exec(name)?.groups as Record<'pid' | 'made', string> // it is such a name
  return Number(pid) === process.pid ? Number(made) >= STARTED_MS : SYSTEM.exists(Number(pid))
}

async function isStale(dir: string, name: string): Promise<boolean> {
  return (await fileSystemTime(dir)) - (await lastWrite(join(dir, name))) > STALE_MS
}

/** The last modification, in milliseconds, of a file, or of a folder and its entries; 0 if it does not exist. */
async function lastWrite(path: string): Promise<number> {
  const inside = (await kindOf(path)) === 'folder' ? await namesIn(path) : []
  let latestMs = 0
  for (const entry of [path, ...inside.map((name) => join(path, name))]) {
    const written = lstat(entry).then(({ mtimeMs }) => mtimeMs)
    latestMs = Math.max(latestMs, await unlessMissing(written, 0))
  }
  return latestMs
}
