/** A check of commands that delete: an archive of another account must not be recorded as deleted. */
import { accountIn, type VaultPlace } from '../../../catalog/queries/stored-entries.js'
import { UsageError } from '../../command-errors.js'

/**
 * Checks that the archives of a vault are of one account, unless it is known whose vault is meant.
 *
 * @throws {UsageError} the account is not known, and the catalog has vaults of this name in several accounts
 */
export function assertOneAccount(
  archives: readonly { readonly accountId?: string | undefined }[],
  { vaultName, accountId }: VaultPlace,
): void {
  const accounts = new Set(archives.map(accountIn))
  accounts.delete(undefined)
  if (accountId === undefined && accounts.size > 1)
    throw new UsageError(
      `The catalog has vaults named ${vaultName} in several accounts, and the account of the credentials is not known. ` +
        'Give --account-id with the 12 digits of the account.',
    )
}
