/** The ID of a local vault's folder. The catalog distinguishes uploads to different folders by it. */
import { randomUUID } from 'node:crypto'
import type { LockFolder } from '../../fs/lock.js'
import type { Disk } from './disk.js'
import { readText } from './files.js'
import { isVaultId } from '../records/folder-record.js'

/**
 * The folder's ID, a random UUID. It is created if the folder has none. Two processes that start at the same time agree on
 * one.
 *
 * @throws {Error} the file contains anything else: with another ID, the catalog would not find the folder's uploads
 */
export async function loadVaultId(disk: Disk, locks: LockFolder): Promise<string> {
  const path = disk.path('vault-id')
  return locks.withLock('vault-id', async () => {
    const kept = await readText(path)
    if (kept === undefined) {
      const created = randomUUID()
      await disk.writeText(path, `${created}\n`)
      return created
    }
    if (isVaultId(kept)) return kept.trim()
    throw new Error(
      `${path} does not contain a UUID. Restore it from a backup, or remove it to get a new ID.`,
    )
  })
}
