/**
 * The home of a folder: the account and the region whose data are in the folder itself, as in version 0.1, which had only
 * one. It is recorded at the first start, so that a start with another region does not show the vaults of this one.
 */
import { join } from 'node:path'
import type { LockFolder } from '../../fs/lock.js'
import type { AccountRegion } from '../service/account-region.js'
import type { Disk } from './disk.js'
import { assertFolder } from './folder.js'
import { readOwnJson } from './own-file.js'
import { HOME_CONTENT, isHome } from '../records/home-record.js'

/** The file of the home, in the folder. */
const HOME_FILE = 'home.json'

/**
 * The folder's home. If none is recorded, the given one is. Two processes that start at the same time agree on one.
 *
 * @param first - the home of a folder without one
 * @throws {Error} the file contains anything else: data would be looked up in the wrong folder
 */
export async function loadHome(disk: Disk, locks: LockFolder, first: AccountRegion): Promise<AccountRegion> {
  const path = disk.path(HOME_FILE)
  return locks.withLock('home', async () => {
    const kept = await readOwnJson(path, isHome, HOME_CONTENT)
    if (kept !== undefined) return kept
    const { accountId, region } = first
    await disk.writeJson(path, { accountId, region })
    return first
  })
}

/** The names of the folders, below that of the local vault, that lead to the data of an account in a region. */
export function foldersOf({ accountId, region }: AccountRegion, home: AccountRegion): readonly string[] {
  return accountId === home.accountId && region === home.region ? [] : ['accounts', accountId, region]
}

/**
 * Asserts that the data of accounts and regions are inside the folder.
 *
 * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: a symbolic link, which would lead out of it, or a file is in the place of
 *   a folder
 */
export async function assertInFolder(
  { dir }: Disk,
  extent: { home: AccountRegion; accountIds: readonly string[]; regions: readonly string[] },
): Promise<void> {
  for (const accountId of extent.accountIds) {
    for (const region of extent.regions) {
      const names = [...foldersOf({ accountId, region }, extent.home), 'vaults']
      for (const [index] of names.entries()) await assertFolder(dir, join(...names.slice(0, index + 1)))
    }
  }
}
