/** `empty VAULT`: deletes all archives of a vault. */
import { deletedIn } from '../../../catalog/queries/archives.js'
import { retrying } from '../../../client/retrying-client.js'
import type { Deletion } from '../../../deletion/delete-archives.js'
import { Retry } from '../../../transfer/retry.js'
import type { EmptyOptions } from '../../commands/vaults/empty.js'
import { nowMsOf, type Io } from '../../io.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { withConnection, type Connection } from '../connection.js'
import { regionalPrices } from '../costs/regional-prices.js'
import { catalogFileOf } from '../data-folder.js'
import { openInventory } from '../inventory.js'
import { assertConfirmable, confirmByName } from './confirmation.js'
import { deleteAndPrint } from './delete-archives.js'
import {
  catalogArchivesIn,
  contentJson,
  contentLines,
  contentOf,
  type EmptiedVault,
} from './vault-content.js'

/**
 * Runs `empty`: states what is in the vault, requires the name of the vault as confirmation, and deletes the archives in
 * the inventory of the vault, and those that only the catalog has. With `--dry-run`, it only states it.
 */
export async function empty(vaultName: string, options: EmptyOptions, io: Io): Promise<void> {
  if (!options.dryRun) assertConfirmable(options, io)
  const prices = await regionalPrices(options)
  await withConnection(options, io, async (connection) => {
    const address = await connection.address()
    const here = { vaultName, address, accountId: await connection.account(vaultName) }
    const file = catalogFileOf(options, io.env)
    const isStated = options.dryRun ?? (!options.quiet || !options.yes)
    if (isStated) {
      const content = await contentOf(file, here, connection, options, io)
      const nowMs = nowMsOf(io)
      if (options.dryRun) {
        if (options.json) await printJson(io, contentJson(content, nowMs, prices))
        else for (const line of contentLines(content, nowMs, prices)) await printData(io, line)
        return
      }
      for (const line of contentLines(content, nowMs, prices)) printNote(io, line)
    }
    const question = `To delete every archive in ${vaultName} permanently, type the name of the vault`
    await confirmByName(question, vaultName, options, io)
    await emptyVault(file, here, connection, options, io)
  })
}

async function emptyVault(
  file: string,
  here: EmptiedVault,
  connection: Connection,
  options: EmptyOptions,
  io: Io,
): Promise<void> {
  const { vaultName } = here
  const client = retrying(
    connection.client,
    new Retry({ retryFor: options.retryFor, clock: io.clock }, connection.client),
  )
  async function* archives(): AsyncGenerator<readonly Deletion[], void, undefined> {
    const done = await deletedIn(file)
    // Before the inventory, which takes hours: what is stored meanwhile was not meant.
    const inCatalog = await catalogArchivesIn(file, here)
    for await (const { archiveId } of openInventory(connection.client, vaultName, options, io)) {
      if (!done.has(archiveId)) yield [{ archiveId }]
      done.add(archiveId)
    }
    for (const archive of inCatalog) {
      if (!done.has(archive.archiveId)) yield [archive]
      done.add(archive.archiveId)
    }
  }
  await deleteAndPrint(archives(), { connection, client, vaultName, options }, io)
  if (!options.quiet) {
    printNote(
      io,
      'To delete the vault too, wait about a day until its next inventory is empty, and then run: ' +
        `glacier-pipe vault rm ${vaultName}`,
    )
  }
}
