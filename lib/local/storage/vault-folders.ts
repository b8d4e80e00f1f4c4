/**
 * The folders of vaults: `vaults/NAME/`, with `vault.json` and a folder for each kind of data.
 *
 * - A request that finds a folder of a vault missing was overtaken by a deletion, and fails as for a vault
 *   that never existed: {@link VaultFolders.unlessDeleted}.
 * - A symbolic link in place of a folder is damage, and is never followed.
 */
import { join } from 'node:path'
import { isVaultName } from '../../glacier/names.js'
import { DamageError } from '../disk/damage.js'
import { kindOf, namesIn } from '../disk/disk.js'
import { isGone, isMisplaced } from '../disk/files.js'
import { damagedVault, type VaultRecord } from '../records/vault-record.js'
import { notFound } from '../service/api-error.js'
import type { StoreContext } from './store-context.js'
import { assertNotLink, readVault } from './vault-checks.js'

/** A folder of a vault: `ended` has the outcomes of uploads, and `retained` deleted archives that jobs need. */
export type VaultFolder = 'archives' | 'retained' | 'uploads' | 'jobs' | 'ended'

/** The folders of a vault. */
export const VAULT_FOLDERS: readonly VaultFolder[] = ['archives', 'retained', 'uploads', 'jobs', 'ended']

/** The folders of the vaults of an account in a region. */
export class VaultFolders {
  readonly #context: StoreContext

  /** @param context - the dependencies of the stores */
  constructor(context: StoreContext) {
    this.#context = context
  }

  /** The ARN of a vault: `arn:aws:glacier:us-east-1:111122223333:vaults/NAME`. */
  arnOf(name: string): string {
    const { region, accountId } = this.#context
    return `arn:aws:glacier:${region}:${accountId}:vaults/${name}`
  }

  /** The names of all vaults, in ASCII order. */
  async vaultNames(): Promise<string[]> {
    return (await namesIn(this.#context.disk.path('vaults'))).filter(isVaultName)
  }

  /**
   * A vault as it is, whether or not an inventory is due.
   *
   * @throws {ApiError} 404: the vault does not exist; 507: it is damaged
   */
  async peek(name: string): Promise<VaultRecord> {
    if (!isVaultName(name)) throw notFound(`Vault not found for ARN: ${name}`)
    const vault = await this.read(name)
    if (!vault) throw notFound(`Vault not found for ARN: ${this.arnOf(name)}`)
    return vault
  }

  /**
   * A vault as it is; `undefined` if it does not exist.
   *
   * @param name - a valid name
   * @throws {DamageError} 507: it is damaged
   */
  read(name: string): Promise<VaultRecord | undefined> {
    return readVault(this.path(name), name)
  }

  /** The path of a vault's folder, or of something in it. The names must have been checked. */
  path(name: string, ...rest: readonly string[]): string {
    return join(this.#context.disk.path('vaults', name), ...rest)
  }

  /** Runs an action with the lock of a vault. */
  withLock<T>(name: string, action: () => Promise<T>): Promise<T> {
    return this.#context.locks.withLock(`the vault ${name}`, action)
  }

  /**
   * The path of a folder of a vault.
   *
   * @throws {ApiError} 404: the vault does not exist; 507: it is damaged
   */
  async folder(name: string, kind: VaultFolder): Promise<string> {
    await this.peek(name)
    await assertNotLink(this.path(name, kind), name, `its folder ${kind}`)
    return this.path(name, kind)
  }

  /**
   * The names in a folder of a vault, in ASCII order.
   *
   * @throws {ApiError} 404: the vault does not exist; 507: it is damaged
   */
  async namesIn(name: string, kind: VaultFolder): Promise<string[]> {
    const names = await namesIn(await this.folder(name, kind))
    if (names.length === 0) await this.peek(name) // the vault may have been deleted meanwhile
    return names
  }

  /** The names of the vaults that have an entry in a folder of a kind. */
  async vaultsContaining(kind: VaultFolder, entry: string): Promise<string[]> {
    const found: string[] = []
    for (const name of await this.vaultNames()) {
      const isFolder =
        (await kindOf(this.path(name))) === 'folder' && (await kindOf(this.path(name, kind))) === 'folder'
      if (isFolder && (await kindOf(this.path(name, kind, entry))) !== 'missing') found.push(name)
    }
    return found
  }

  /**
   * Runs an action in the folders of a vault.
   *
   * @returns the result of the action
   * @throws {ApiError} 404: the vault was deleted meanwhile; 507: a file or folder is missing, or something else is in
   *   its place
   * @throws any other error of the action
   */
  async unlessDeleted<T>(name: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action()
    } catch (error) {
      if (isMisplaced(error) && !isGone(error))
        throw new DamageError(damagedVault(name), 'something else is in the place of a file or folder', error)
      if (!isGone(error)) throw error
      await this.withLock(name, () => this.peek(name)) // a deletion in progress ends first
      throw new DamageError(damagedVault(name), 'a file or folder that it needs is missing', error)
    }
  }
}
