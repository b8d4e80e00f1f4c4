/** Renames and new folders that survive a power cut. */
import { dirname, resolve } from 'node:path'
import type { FileSystem } from '../runtime/file-system.js'
import { systemFiles } from '../runtime/system-files.js'
import { isMissing } from './missing.js'

/** Maximum number of attempts to create a folder while other processes create and remove it. */
const MAX_ATTEMPTS = 100

/** Makes the renames in a folder durable: they are on disk when this resolves. Windows has no way to do that. */
export function syncFolder(path: string, files: FileSystem = systemFiles): Promise<void> {
  return files.syncFolder(path)
}

/** Gives a file its final name: on disk when this resolves. The file's content must have been synced before. */
export async function renameDurably(
  from: string,
  to: string,
  files: FileSystem = systemFiles,
): Promise<void> {
  await files.rename(from, to)
  await files.syncFolder(dirname(to))
}

/**
 * Creates a folder and those of its parents that are missing, with mode 0700. New folders are on disk when this resolves.
 * Existing folders are left as they are.
 *
 * @throws the system's error if a folder cannot be created, or a file has its path
 */
export async function makeFolder(path: string, files: FileSystem = systemFiles): Promise<void> {
  const made = await makeMissing(resolve(path), files)
  const [outermost] = made
  if (outermost === undefined) return
  for (const folder of made.reverse()) await files.syncFolder(folder)
  await files.syncFolder(dirname(outermost))
}

/**
 * Creates a folder and its missing parents; returns the paths of those it created, the outermost first.
 *
 * Node's own `recursive` never ends if the system denies a folder with ENOENT although its parent exists, as in /proc.
 */
async function makeMissing(path: string, files: FileSystem): Promise<string[]> {
  const parent = dirname(path)
  let made: string[]
  try {
    return (await makeOne(path, files)) ? [path] : []
  } catch (error) {
    if (!isMissing(error) || parent === path) throw error
    made = await makeMissing(parent, files)
  }
  return (await makeOne(path, files)) ? [...made, path] : made
}

/** Creates a folder; `false` if it exists. */
async function makeOne(path: string, files: FileSystem, attempt = 1): Promise<boolean> {
  try {
    await files.mkdir(path, 0o700)
    return true
  } catch (error) {
    const found = await kindOf(path, files)
    if (found === 'folder') return false
    const isRemoved = (error as NodeJS.ErrnoException).code === 'EEXIST' && found === undefined // meanwhile
    if (!isRemoved || attempt === MAX_ATTEMPTS) throw error
    return makeOne(path, files, attempt + 1)
  }
}

async function kindOf(path: string, files: FileSystem): Promise<'folder' | 'other' | undefined> {
  const link = await files.lstat(path).catch(() => undefined)
  if (!link) return undefined
  const found = link.isSymbolicLink() ? await files.stat(path).catch(() => link) : link
  return found.isDirectory() ? 'folder' : 'other'
}
