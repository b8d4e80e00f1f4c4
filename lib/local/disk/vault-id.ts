/** The ID of a local vault's folder, by which an upload to it is told from one to another folder. */
import { randomUUID } from 'node:crypto'
import type { LockFolder } from '../../fs/lock.js'
import type { Disk } from './disk.js'
import { readText } from './files.js'
import { isVaultId } from './folder-content.js'

/**
 * The folder's ID, a random UUID; made if the folder has none. Two processes that start at once agree on one.
 *
 * @throws an Error where the file contains anything else: another ID would hide what is known of the folder's uploads
 */
export async function keptVaultId(disk: Disk, locks: LockFolder): Promise<string> {
  const path = disk.path('vault-id')
  return locks.withLock('vault-id', async () => {
    const kept = await readText(path)
    if (kept === undefined) {
      const made = randomUUID()
      await disk.writeText(path, `${made}\n`)
      return made
    }
    if (isVaultId(kept)) return kept.trim()
    throw new Error(
      `${path} does not contain a UUID. Restore it from a backup, or remove it to get a new ID.`,
    )
  })
}
