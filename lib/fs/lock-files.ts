/** The files of locks: which process owns a lock, and whether that owner is gone. */
import { join } from 'node:path'
import type { FileSystem } from '../runtime/file-system.js'
import { systemRuntime, type Runtime } from '../runtime/runtime.js'
import { isMissing } from './missing.js'
import { ownerName, parseOwnerName, type LockOwner } from './owner-name.js'
import { withPath } from './system-reason.js'

/** A folder that contains locks, and the rules for them. */
export interface LockDirectory {
  /** The path of the folder. */
  readonly dir: string
  /** Milliseconds without a write after which an owner on another host or in another container is gone. */
  readonly staleMs: number
  readonly runtime: Runtime
}

/**
 * Whether an owner still owns its file:
 * - `living`: it is alive, or it is elsewhere and has written to its file lately
 * - `dead`: it has ended
 * - `stale`: it is elsewhere, and has not written to its file for long
 */
export type OwnerState = 'living' | 'dead' | 'stale'

/**
 * Determines the state of an owner.
 *
 * @param path - the owner's file, in the same file system as the folder
 */
export async function ownerState(
  owner: LockOwner,
  path: string,
  { dir, staleMs, runtime }: LockDirectory,
): Promise<OwnerState> {
  const liveness = await runtime.processes.livenessOf(owner)
  if (liveness === 'alive') return 'living'
  if (liveness === 'dead') return 'dead'
  let writtenMs: number
  try {
    writtenMs = (await runtime.files.lstat(path)).mtimeMs
  } catch (error) {
    if (isMissing(error)) return 'stale' // released or taken over meanwhile: no step on this file can succeed
    throw error
  }
  return (await fileSystemTime(dir, runtime)) - writtenMs > staleMs ? 'stale' : 'living'
}

/**
 * The time of a file system in milliseconds, to which the modification times of its files are compared. The clocks of the
 * hosts that use the file system may differ.
 *
 * @param dir - a folder in which a file is created and removed
 */
export async function fileSystemTime(dir: string, runtime: Runtime = systemRuntime): Promise<number> {
  const { files, processes } = runtime
  const path = join(dir, `${ownerName(await processes.current(), runtime)}.time`)
  try {
    await files.writeFile(path, '.', { mode: 0o600, flag: 'wx' })
    return (await files.stat(path)).mtimeMs
  } finally {
    await files.rm(path)
  }
}

/** Sets a file's modification time to that of its file system, by writing to it; rejects if the file does not exist. */
export async function touch(path: string, files: FileSystem): Promise<void> {
  const file = await files.open(path, 'r+')
  try {
    await file.write(Buffer.from('.'), 0)
  } catch (error) {
    throw withPath(error, path)
  } finally {
    await file.close()
  }
}

/** The names in the folder of a lock, sorted; none if the folder does not exist. A symbolic link is not followed. */
export async function namesInLock(path: string, files: FileSystem): Promise<string[]> {
  try {
    await assertFolder(path, files)
    return (await files.readdir(path)).sort()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** @throws an Error if the path is not that of a folder itself, but of a symbolic link or a file */
export async function assertFolder(path: string, files: FileSystem): Promise<void> {
  if ((await files.lstat(path)).isDirectory()) return
  throw new Error(`Locks are kept in the folder ${path}, but that path is not a folder. Move it away.`)
}

/**
 * Removes the unfinished work of owners that are gone from a folder of locks, and the locks of owners that are dead: no
 * process takes the lock of a stream again that was killed before it began its upload, or after it stored its archive.
 */
export async function sweepLocks(locks: LockDirectory): Promise<void> {
  const { files } = locks.runtime
  for (const name of await files.readdir(locks.dir)) {
    const path = join(locks.dir, name)
    if (/^[0-9a-f]{64}$/.test(name)) await ignoringErrors(removeDead(path, locks))
    const [, ownName = '', kind] = /^(.+)\.(new|time)$/.exec(name) ?? []
    const owner = parseOwnerName(ownName)
    if (owner === undefined) continue
    const removal = async (): Promise<void> => {
      if ((await ownerState(owner, path, locks)) === 'living') return
      if (kind === 'time') return files.unlink(path)
      await assertFolder(path, files)
      await files.rm(join(path, ownName))
      await files.rmdir(path)
    }
    await ignoringErrors(removal()) // another process may be sweeping, or the next one will
  }
}

/**
 * Removes the dead owners of a lock, and then its folder, which fails if another owner or a foreign file is in it. A stale
 * owner may come back, and the next owner is to know of it: it stays.
 */
async function removeDead(path: string, { runtime: { files, processes } }: LockDirectory): Promise<void> {
  for (const name of await namesInLock(path, files)) {
    const owner = parseOwnerName(name)
    if (owner !== undefined && (await processes.livenessOf(owner)) === 'dead')
      await files.unlink(join(path, name))
  }
  await files.rmdir(path)
}

async function ignoringErrors(work: Promise<void>): Promise<void> {
  await work.catch(() => undefined)
}
