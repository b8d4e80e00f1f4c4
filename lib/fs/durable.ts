/**
 * What it takes for a rename to survive a power cut.
 */
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

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
