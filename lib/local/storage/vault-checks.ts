/** Checks of the files and folders of a vault. What is not as it must be is reported as damage. */
import { join } from 'node:path'
import { DamageError, readRecord } from '../disk/damage.js'
import { kindOf } from '../disk/disk.js'
import { damagedVault, vaultFormOf, type VaultRecord } from '../records/vault-record.js'

/**
 * Reads `vault.json`.
 *
 * @param path - the vault's folder
 * @returns the record; `undefined` if the vault does not exist
 * @throws {DamageError} 507: the file cannot be read or is not valid, or the folder is a symbolic link, which would lead
 *   out of the local vault's folder
 */
export async function readVault(path: string, name: string): Promise<VaultRecord | undefined> {
  await assertNotLink(path, name, 'its folder')
  return readRecord(join(path, 'vault.json'), vaultFormOf(name), damagedVault(name), 'vault.json')
}

/**
 * Asserts that a path in a vault is not a symbolic link.
 *
 * @param what - the object at the path, for messages, such as `its folder jobs`
 * @throws {DamageError} 507: the path is a symbolic link
 */
export async function assertNotLink(path: string, vaultName: string, what: string): Promise<void> {
  if ((await kindOf(path)) !== 'link') return
  const cause = new Error(`${path} is a symbolic link.`)
  throw new DamageError(damagedVault(vaultName), `${what} is a symbolic link`, cause)
}

/**
 * Asserts that a path in a vault is a file, or missing.
 *
 * @param what - the object at the path, for messages, such as `its note of the last write`
 * @throws {DamageError} 507: the path is something else. Opening a FIFO would block, and a symbolic link leads elsewhere.
 */
export async function assertFile(path: string, vaultName: string, what: string): Promise<void> {
  const kind = await kindOf(path)
  if (kind === 'file' || kind === 'missing') return
  throw new DamageError(damagedVault(vaultName), `${what} is not a file`, new Error(`${path} is not a file.`))
}
