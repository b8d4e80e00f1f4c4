/** `prune VAULT`. */
import { retrying } from '../../../client/retrying-client.js'
import { Retry } from '../../../transfer/retry.js'
import type { PruneOptions } from '../../commands/archives/prune.js'
import type { Io } from '../../io.js'
import { withConnection } from '../connection.js'
import { lastVolumeFirst } from '../rm/removal.js'
import { archivesOf } from './candidates.js'
import { deletePlanned } from './delete-planned.js'
import type { PrunedPlace } from './pruned-place.js'

/** Runs a function with a vault, and closes what was opened for it. */
export async function withPrunedVault(
  vaultName: string,
  options: PruneOptions,
  io: Io,
  run: (place: PrunedPlace) => Promise<void>,
): Promise<void> {
  await withConnection(options, io, async (connection) => {
    const accountId = await connection.account(vaultName)
    const { client: single } = connection
    const client = retrying(single, new Retry({ retryFor: options.retryFor, clock: io.clock }, single))
    await run({
      vault: { ...(await connection.address()), vaultName, accountId },
      has: () => true,
      deletePlanned: ({ deleted }) =>
        deletePlanned(
          () => deleted.map(({ entry }) => lastVolumeFirst(archivesOf(entry))),
          { connection, client, vaultName, options },
          io,
        ),
    })
  })
}
