/** Checks of the options of `serve` that concern several options. */
import { isLoopback } from '../../../local/service/loopback.js'
import type { ServeOptions } from '../../commands/serve.js'
import { UsageError } from '../../command-errors.js'

/**
 * Checks the options that exclude or require each other. The local vault checks them too, with its own names for them.
 *
 * @throws {UsageError} a combination of options that is not allowed
 */
export function assertServeOptions({
  inventoryHour,
  inventoryInterval,
  host = '127.0.0.1',
  allowRemote,
  acceptAnyCredentials,
  s3Port,
}: ServeOptions): void {
  if (inventoryHour !== undefined && inventoryInterval !== undefined)
    throw new UsageError(
      '--inventory-hour and --inventory-interval are two schedules of inventories. Give one of them.',
    )
  if (!isLoopback(host) && !allowRemote)
    throw new UsageError(
      `'${host}' is not a loopback address: other machines could connect, and anyone with the keys could read and ` +
        'delete everything. To allow that, give --allow-remote.',
    )
  if (acceptAnyCredentials && s3Port !== undefined)
    throw new UsageError(
      '--accept-any-credentials is for vaults alone: buckets accept the key pair of the server. Give it without --s3-port.',
    )
  if (acceptAnyCredentials && (allowRemote || !isLoopback(host)))
    throw new UsageError(
      '--accept-any-credentials is for this machine alone: anyone who can connect can read and delete everything. ' +
        'Listen on a loopback address, without --allow-remote.',
    )
}
