/** A check of the local vault's folder, before a command that does not create one. */
import { readdir } from 'node:fs/promises'
import { isMissing } from '../../fs/missing.js'
import { UsageError } from '../command-errors.js'
import type { Io } from '../io.js'
import type { CatalogOptions } from '../options/connection-options.js'
import { localDirOf } from './data-folder.js'

/** The names of which a local vault's folder has at least one. A catalog or a bucket may be there before the vault is. */
const OWN_NAMES = ['local-vault.json', 'vaults', 'buckets', 'catalog.jsonl']

/**
 * Refuses a folder that is missing, empty, or of another kind: the path may be mistyped, and only commands that store something create a
 * local vault.
 *
 * @throws {UsageError} there is no local vault in the folder
 */
export async function assertLocalVault(options: CatalogOptions, env: Io['env']): Promise<void> {
  const dir = localDirOf(options, env)
  if (dir === undefined) return
  const names = await readdir(dir).catch((error: unknown) => {
    // Any other failure is explained better when the folder is opened.
    return isMissing(error) ? [] : undefined
  })
  if (!names || names.some((name) => OWN_NAMES.includes(name))) return
  const option = options.localDir === undefined ? '--local' : '--local-dir'
  if (names.length > 0)
    throw new UsageError(
      `There is no local vault in ${dir}, the folder of ${option}, but other files. Give the folder of a local vault.`,
    )
  throw new UsageError(
    `There is no local vault in ${dir}, the folder of ${option}. Give the folder of a local vault, or create a vault ` +
      `in this one: glacier-pipe vault create ${option}${options.localDir === undefined ? '' : ' DIR'} NAME`,
  )
}
