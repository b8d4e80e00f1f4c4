/**
 * The home of a folder: the account and the region whose data are in the folder itself, as they were before there could
 * be others. It is recorded at the first start, so that a start with another region does not show the vaults of this one.
 */
import { join } from 'node:path'
import type { LockFolder } from '../../fs/lock.js'
import { isAccountId, isRegion, type AccountRegion } from '../account-region.js'
import type { Disk } from './disk.js'
import { assertFolder } from './folder.js'
import { readOwnJson } from './own-file.js'

/** The file of the home, in the folder. */
const HOME_FILE = 'home.json'

/**
 * The folder's home; the one given where none is recorded, which then is. Two processes that start at once agree on one.
 *
 * @throws an Error where the file contains anything else: data would be looked for in the wrong place
 */
export async function keptHome(disk: Disk, locks: LockFolder, first: AccountRegion): Promise<AccountRegion> {
  const path = disk.path(HOME_FILE)
  return locks.withLock('home', async () => {
    const kept = await readOwnJson(path, isHome, 'an accountId of 12 digits and a region')
    if (kept !== undefined) return kept
    const { accountId, region } = first
    await disk.writeJson(path, { accountId, region })
    return first
  })
}

/** The names of the folders, below that of the local vault, in which an account in a region has its data. */
export function foldersOf({ accountId, region }: AccountRegion, home: AccountRegion): readonly string[] {
  return accountId === home.accountId && region === home.region ? [] : ['accounts', accountId, region]
}

/**
 * Makes sure that what accounts and regions have in the folder is in it.
 *
 * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: there is a symbolic link, which would lead out of it, or a file in the
 *   place of a folder
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

function isHome(
  value: Readonly<Record<string, unknown>>,
): value is Readonly<Record<keyof AccountRegion, string>> {
  const { accountId, region } = value
  return (
    typeof accountId === 'string' && isAccountId(accountId) && typeof region === 'string' && isRegion(region)
  )
}
