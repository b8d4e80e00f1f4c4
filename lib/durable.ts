/**
 * What it takes for a rename to survive a power cut.
 */
import { open } from 'node:fs/promises'

/**
 * Makes the renames in a folder durable. Windows cannot sync a folder, and does without.
 */
export async function syncFolder(path: string, platform: NodeJS.Platform = process.platform): Promise<void> {
  if (platform === 'win32') return
  const handle = await open(path)
  await handle.sync().finally(() => handle.close())
}
