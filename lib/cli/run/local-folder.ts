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
  const problem = await localVaultProblem(options, env)
  if (problem) throw new UsageError(`${problem.finding}. ${problem.remedy}`)
}

/** Why there is no local vault in the folder of the options: a clause, and the action to take as a sentence. */
export interface LocalVaultProblem {
  readonly finding: string
  readonly remedy: string
  /** Whether the folder has other files, and no local vault can be created in it. */
  readonly hasOtherFiles: boolean
}

/** The reason why a folder of the options has no local vault; `undefined` if it has one, or there is no such option. */
export async function localVaultProblem(
  options: CatalogOptions,
  env: Io['env'],
): Promise<LocalVaultProblem | undefined> {
  const dir = localDirOf(options, env)
  if (dir === undefined) return undefined
  const names = await readdir(dir).catch((error: unknown) => {
    // Any other failure is explained better when the folder is opened.
    return isMissing(error) ? [] : undefined
  })
  if (!names || names.some((name) => OWN_NAMES.includes(name))) return undefined
  const option = options.localDir === undefined ? '--local' : '--local-dir'
  const finding = `There is no local vault in ${dir}, the folder of ${option}`
  const given = 'Give the folder of a local vault'
  if (names.length > 0)
    return { finding: `${finding}, but other files`, remedy: `${given}.`, hasOtherFiles: true }
  const create = `glacier-pipe vault create ${option}${options.localDir === undefined ? '' : ' DIR'} NAME`
  return {
    finding,
    remedy: `${given}, or create a vault in this one: ${create}`,
    hasOtherFiles: false,
  }
}
