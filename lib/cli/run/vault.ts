/** `vault create|ls|show|rm`: create, list, show and delete vaults. */
import { itemsOf } from '../../store/paging.js'
import type { Vault } from '../../client/vault-client.js'
import type { Io } from '../io.js'
import type { ConnectionOptions } from '../options/connection-options.js'
import { formatCount, formatSize } from '../output/format.js'
import { printData, printJson, printNote } from '../output/print.js'
import { withConnection } from './connection.js'

/** Runs `vault create NAME`. A vault that exists already is not changed. */
export async function createVault(vaultName: string, options: ConnectionOptions, io: Io): Promise<void> {
  const { accountId, json } = options
  await withConnection(options, io, ({ retryingClient: client }) =>
    client.createVault({ vaultName, accountId, signal: io.signal }),
  )
  if (json) await printJson(io, { vault: vaultName, created: true })
  if (!options.quiet) printNote(io, `The vault ${vaultName} is ready.`)
}

/** Runs `vault ls`. */
export async function listVaults(options: ConnectionOptions, io: Io): Promise<void> {
  const { accountId, json } = options
  await withConnection(options, io, async ({ retryingClient: client }) => {
    const request = { accountId, signal: io.signal }
    for await (const vault of itemsOf((page) => client.listVaults({ ...request, ...page }))) {
      await (json ? printJson(io, vault) : printData(io, vault.vaultName))
    }
  })
}

/** Runs `vault show NAME`. */
export async function showVault(vaultName: string, options: ConnectionOptions, io: Io): Promise<void> {
  const { accountId, json } = options
  const vault = await withConnection(options, io, ({ retryingClient: client }) =>
    client.describeVault({ vaultName, accountId, signal: io.signal }),
  )
  if (json) await printJson(io, vault)
  else for (const line of linesOf(vault)) await printData(io, line)
}

/** Runs `vault rm NAME`. */
export async function deleteVault(vaultName: string, options: ConnectionOptions, io: Io): Promise<void> {
  const { accountId, json } = options
  await withConnection(options, io, ({ retryingClient: client }) =>
    client.deleteVault({ vaultName, accountId, signal: io.signal }),
  )
  if (json) await printJson(io, { vault: vaultName, deleted: true })
  if (!options.quiet) printNote(io, `The vault ${vaultName} is deleted.`)
}

function linesOf(vault: Vault): string[] {
  const { lastInventoryDate: date, archiveCount = 0, size = 0 } = vault
  return [
    `name        ${vault.vaultName}`,
    `arn         ${vault.arn}`,
    `created     ${vault.creationDate}`,
    date === undefined
      ? 'inventory   none yet: the service takes the first one within about a day of the first upload'
      : `inventory   ${date}: ${formatCount(archiveCount, 'archive')}, ${formatSize(size)}`,
  ]
}
