/**
 * What it takes for a rename, and for a new folder, to survive a power cut.
 */
import { lstat, mkdir, open, rename, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { isMissing } from './missing.js'

/** Attempts to create a folder while other processes create and remove it. */
const ATTEMPTS = 100

/**
 * Makes the renames in a folder durable. Windows cannot sync a folder, and does without.
 */
export async function syncFolder(path: string, platform: NodeJS.Platform = process.platform): Promise<void> {
  if (platform === 'win32') return
  const handle = await open(path)
  await handle.sync().finally(() => handle.close())
}

/** Gives something finished its name: on disk when it returns. What it holds must have been synced. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(dirname(to))
}

/**
 * Creates a folder and those of its parents that are missing, with mode 0700. New folders are on disk when it returns.
 * Existing folders are left as they are.
 *
 * @throws the system's error where a folder cannot be created, or a file is in its place
 */
export async function makeFolder(path: string): Promise<void> {
  const made = await makeMissing(resolve(path))
  const [outermost] = made
  if (outermost === undefined) return
  for (const folder of made.reverse()) await syncFolder(folder)
  await syncFolder(dirname(outermost))
}

/**
 * Creates a folder and its missing parents; the paths of those it created, the outermost first.
 *
 * Node's own `recursive` never ends where the system denies a folder with ENOENT although its parent exists, as in /proc.
 */
async function makeMissing(path: string): Promise<string[]> {
  const parent = dirname(path)
  let made: string[]
  try {
    return (await makeOne(path)) ? [path] : []
  } catch (error) {
    if (!isMissing(error) || parent === path) throw error
    made = await makeMissing(parent)
  }
  return (await makeOne(path)) ? [...made, path] : made
}

/** Creates a folder; `false` where there is one. */
async function makeOne(path: string, attempt = 1): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 })
    return true
  } catch (error) {
    const found = await kindOf(path)
    if (found === 'folder') return false
    const isRemoved = (error as NodeJS.ErrnoException).code === 'EEXIST' && found === undefined // meanwhile
    if (!isRemoved || attempt === ATTEMPTS) throw error
    return makeOne(path, attempt + 1)
  }
}

async function kindOf(path: string): Promise<'folder' | 'other' | undefined> {
  const link = await lstat(path).catch(() => undefined)
  if (!link) return undefined
  const found = link.isSymbolicLink() ? await stat(path).catch(() => link) : link
  return found.isDirectory() ? 'folder' : 'other'
}
