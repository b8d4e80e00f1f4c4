/**
 * What it takes for a rename, and for a new folder, to survive a power cut.
 */
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

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
 */
export async function makeFolder(path: string): Promise<void> {
  const outermost = await mkdir(path, { recursive: true, mode: 0o700 }) // of those it created
  if (outermost === undefined) return
  const end = dirname(resolve(outermost))
  let folder = resolve(path)
  for (; folder !== end && folder !== dirname(folder); folder = dirname(folder)) await syncFolder(folder)
  await syncFolder(folder)
}
