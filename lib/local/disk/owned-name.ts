/**
 * What is in `tmp/` belongs to the process its name states, so that what a dead process left can be told from what a
 * living one is working on. Names are those of lib/fs/owner-name.ts; version 0.1 made `PID-MADE-RANDOM`. Anything else is
 * not ours, and stays.
 */
import { lstat, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileSystemTime } from '../../fs/lock-files.js'
import { parseOwnerName } from '../../fs/owner-name.js'
import { livenessOf } from '../../runtime/process-identity.js'
import { SYSTEM } from '../../runtime/process-system.js'
import { kindOf, namesIn, unlessMissing } from './files.js'

/** Milliseconds without a write after which what a process elsewhere made is abandoned. */
const STALE_MS = 600_000
/** When this process started, in milliseconds. */
const STARTED = Date.now() - process.uptime() * 1000
/** A name of version 0.1. */
const OLD_NAME = /^(?<pid>\d{1,10})-(?<made>\d{13})-[0-9a-f]{24}$/

/** Removes what processes that are gone have left in a folder. A symbolic link is removed, never followed. */
export async function sweepAbandoned(dir: string): Promise<void> {
  for (const name of await namesIn(dir)) {
    if (await isAbandoned(dir, name)) await rm(join(dir, name), { recursive: true, force: true })
  }
}

/**
 * Whether something in a folder is of our own form, and nobody is working on it any more: its process is dead, or it is
 * elsewhere and has not written for long.
 */
export async function isAbandoned(dir: string, name: string): Promise<boolean> {
  const owner = parseOwnerName(name)
  if (owner === undefined) return isOldOwnerName(name) && !isOldOwnerAlive(name) && isStale(dir, name)
  const liveness = await livenessOf(owner)
  return liveness === 'elsewhere' ? isStale(dir, name) : liveness === 'dead'
}

/** Whether a name is one that version 0.1 made. */
export function isOldOwnerName(name: string): boolean {
  return OLD_NAME.test(name)
}

/** Whether the process that made a name of version 0.1 may still run, if it is in the PID namespace of this process. */
function isOldOwnerAlive(name: string): boolean {
  const { pid, made } = OLD_NAME.exec(name)?.groups as Record<'pid' | 'made', string> // it is such a name
  return Number(pid) === process.pid ? Number(made) >= STARTED : SYSTEM.exists(Number(pid))
}

async function isStale(dir: string, name: string): Promise<boolean> {
  return (await fileSystemTime(dir)) - (await lastWrite(join(dir, name))) > STALE_MS
}

/** The last modification, in milliseconds, of a file, or of a folder and what is in it; 0 where there is none. */
async function lastWrite(path: string): Promise<number> {
  const inside = (await kindOf(path)) === 'folder' ? await namesIn(path) : []
  let latestMs = 0
  for (const it of [path, ...inside.map((name) => join(path, name))]) {
    const written = lstat(it).then(({ mtimeMs }) => mtimeMs)
    latestMs = Math.max(latestMs, await unlessMissing(written, 0))
  }
  return latestMs
}
