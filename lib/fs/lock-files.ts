/** The files of locks: which process owns a lock, and whether that owner is gone. */
import { constants } from 'node:fs'
import { join } from 'node:path'
import type { FileStats, FileSystem, OpenFile } from '../runtime/file-system.js'
import { systemRuntime, type Runtime } from '../runtime/runtime.js'
import { isMissing } from './missing.js'
import { ownerName, parseOwnerName, type LockOwner } from './owner-name.js'
import { withPath } from './system-reason.js'

/** Maximum number of bytes in the file of an owner: it is empty, or has the byte that a heartbeat writes. */
const MAX_OWNER_BYTES = 1
/** The codes of the errors of opening a symbolic link, a folder or a socket for writing. */
const NOT_A_FILE = new Set<string | undefined>(['ELOOP', 'EISDIR', 'ENXIO'])

/** Maximum number of names in the folder of a lock. Each needs several calls, and a lock has a few at most. */
const MAX_NAMES = 1000
/** Maximum number of names in a folder of locks that one sweep looks at; others are left to later sweeps. */
const MAX_SWEPT = 1000

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

/**
 * Sets the modification time of an owner's file to that of its file system, by writing to it. A symbolic link is not
 * followed, and nothing is written to a file that is longer than those of owners.
 *
 * @throws the system's error, such as that of a missing file; or an Error if the path is not that of an owner's file
 */
export async function touch(path: string, files: FileSystem): Promise<void> {
  const file = await openOwnerFile(path, files)
  try {
    assertOwnerFile(path, await file.stat())
    await file.write(Buffer.from('.'), 0)
  } catch (error) {
    throw withPath(error, path)
  } finally {
    await file.close()
  }
}

/**
 * Removes the file of an owner that is gone.
 *
 * @throws as {@link touch}
 */
export async function removeOwnerFile(path: string, files: FileSystem): Promise<void> {
  assertOwnerFile(path, await files.lstat(path))
  await files.unlink(path)
}

async function openOwnerFile(path: string, files: FileSystem): Promise<OpenFile> {
  const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants // Windows has only O_RDWR; the others add nothing there
  try {
    return await files.open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    throw NOT_A_FILE.has((error as NodeJS.ErrnoException).code) ? foreignEntry(path, error) : error
  }
}

function assertOwnerFile(path: string, stats: FileStats): void {
  if (!stats.isFile() || stats.size > MAX_OWNER_BYTES) throw foreignEntry(path)
}

function foreignEntry(path: string, cause?: unknown): Error {
  return new Error(
    `${path} has the name of a lock's owner, but was not written by glacier-pipe. It is left as it is: move it away.`,
    { cause },
  )
}

/**
 * The names in the folder of a lock, sorted; none if the folder does not exist. A symbolic link is not followed.
 *
 * @throws an Error if the folder contains more names than processes have ever put there
 */
export async function namesInLock(path: string, files: FileSystem): Promise<string[]> {
  let names: string[]
  try {
    await assertFolder(path, files)
    names = await files.readdir(path, MAX_NAMES + 1)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
  if (names.length <= MAX_NAMES) return names.sort()
  throw new Error(
    `The folder ${path} of a lock contains more than ${MAX_NAMES} files. Make sure that no glacier-pipe command that ` +
      'needs this lock is running, and move the folder away.',
  )
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
  for (const name of await files.readdir(locks.dir, MAX_SWEPT)) {
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
      await removeOwnerFile(join(path, name), files)
  }
  await files.rmdir(path)
}

async function ignoringErrors(work: Promise<void>): Promise<void> {
  await work.catch(() => undefined)
}
