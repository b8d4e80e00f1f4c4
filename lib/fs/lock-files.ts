/** The files of locks: who they say owns a lock, and whether that owner is gone. */
import { lstat, open, readdir, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from './missing.js'
import { withPath } from './system-reason.js'
import { ownerName, parseOwnerName, type LockOwner } from './owner-name.js'
import { currentProcess, livenessOf } from '../runtime/process-identity.js'

/**
 * Whether an owner still owns its file:
 * - `living`: it is alive, or it is elsewhere and has written to its file lately
 * - `dead`: it has ended
 * - `stale`: it is elsewhere, and has not written to its file for long
 */
export type OwnerState = 'living' | 'dead' | 'stale'

/**
 * @param path - the owner's file
 * @param dir - a folder of the same file system, in which a file can be created
 * @param staleMs - milliseconds without a write after which an owner elsewhere is gone
 */
export async function ownerState(
  owner: LockOwner,
  path: string,
  dir: string,
  staleMs: number,
): Promise<OwnerState> {
  const liveness = await livenessOf(owner)
  if (liveness === 'alive') return 'living'
  if (liveness === 'dead') return 'dead'
  let writtenMs: number
  try {
    writtenMs = (await lstat(path)).mtimeMs
  } catch (error) {
    if (isMissing(error)) return 'stale' // released or taken over meanwhile: no step on this file can succeed
    throw error
  }
  return (await fileSystemTime(dir)) - writtenMs > staleMs ? 'stale' : 'living'
}

/**
 * The time of a file system in milliseconds, by which the modification times of its files can be judged whatever the
 * clocks of the hosts that use it.
 *
 * @param dir - where a file is created and removed
 */
export async function fileSystemTime(dir: string): Promise<number> {
  const path = join(dir, `${ownerName(await currentProcess())}.time`)
  try {
    await writeFile(path, '.', { mode: 0o600, flag: 'wx' })
    return (await stat(path)).mtimeMs
  } finally {
    await rm(path, { force: true })
  }
}

/** Sets a file's modification time to that of its file system, by writing to it; rejects where there is no such file. */
export async function touch(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.write('.', 0)
  } catch (error) {
    throw withPath(error, path)
  } finally {
    await file.close()
  }
}

/** The names in the folder of a lock; none where there is no folder. A symbolic link is not followed. */
export async function namesInLock(path: string): Promise<string[]> {
  try {
    await assertFolder(path)
    return (await readdir(path)).sort()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** @throws an Error where the path is not a folder itself, but a symbolic link or a file */
export async function assertFolder(path: string): Promise<void> {
  if ((await lstat(path)).isDirectory()) return
  throw new Error(`${path} is for locks, but it is not a folder. Move it away.`)
}

/** Removes what owners that are gone have left unfinished among locks, and the folders of locks that are empty. */
export async function sweepLocks(dir: string, staleMs: number): Promise<void> {
  for (const name of await readdir(dir)) {
    const path = join(dir, name)
    if (/^[0-9a-f]{64}$/.test(name)) await ignoringErrors(rmdir(path)) // which fails where it is not empty
    const [, ownName = '', kind] = /^(.+)\.(new|time)$/.exec(name) ?? []
    const owner = parseOwnerName(ownName)
    if (owner === undefined) continue
    const removal = async (): Promise<void> => {
      if ((await ownerState(owner, path, dir, staleMs)) === 'living') return
      if (kind === 'time') return unlink(path)
      await assertFolder(path)
      await rm(join(path, ownName), { force: true })
      await rmdir(path)
    }
    await ignoringErrors(removal()) // another process may be sweeping, or the next one will
  }
}

async function ignoringErrors(work: Promise<void>): Promise<void> {
  await work.catch(() => undefined)
}
