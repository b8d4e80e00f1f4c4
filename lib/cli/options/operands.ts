/**
 * The operands that commands share: names of vaults and IDs of archives, and the account beside them.
 */
import type { Command } from 'commander'
import { ACCOUNT_ID, VAULT_NAME } from '../../glacier/names.js'
import { isS3Address } from '../../s3/s3-address.js'
import { UsageError } from '../command-errors.js'
import { assertBucketOperand } from './bucket-operand.js'
import { assertDestination, takesDestination } from './destination.js'
import { asUsageError } from './option-names.js'

/** The help on archive IDs that begin with a dash. */
export const DASHED_IDS_HELP = `
IDs may begin with a dash. Put them behind -- or id:, as in
  $ glacier-pipe get backups id:-kKb7c0T`

/**
 * Checks the name of the vault and the ID of the account that a command was given.
 *
 * @throws {UsageError} one of them is not valid
 */
export function assertVaultAndAccount(command: Command): void {
  const { accountId } = command.opts<{ readonly accountId?: string }>()
  const isOfVault = command.parent?.name() === 'vault'
  for (const [i, argument] of command.registeredArguments.entries()) {
    const value: unknown = command.processedArgs[i]
    if (typeof value !== 'string' || !(argument.name() === 'vault' || isOfVault)) continue
    if (/^s3:/i.test(value) && !isS3Address(value))
      throw new UsageError(`${value} is no address. Write s3://BUCKET or s3://BUCKET/KEY, with a small s.`)
    if (takesDestination(command)) {
      assertDestination(command, value)
      continue
    }
    if (assertBucketOperand(command, value)) continue
    if (isS3Address(value))
      throw new UsageError(`${pathOf(command)} is for vaults, and ${value} is in a bucket.`)
    asUsageError(
      () => {
        VAULT_NAME(value, 'vault', command.name())
      },
      { vault: argument.name() },
    )
  }
  if (accountId === undefined) return
  asUsageError(() => {
    ACCOUNT_ID(accountId, 'accountId', command.name())
  })
}

/** The name of a command, with that of the group that it is in, as `vault rm`. */
function pathOf(command: Command): string {
  const { parent } = command
  return parent?.parent ? `${parent.name()} ${command.name()}` : command.name()
}
