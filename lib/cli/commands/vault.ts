/** The commands `vault create|ls|show|rm`: their help. */
import type { Command } from 'commander'
import type { Io } from '../io.js'
import {
  addConnectionOptions,
  creatingLocalVault,
  type ConnectionOptions,
} from '../options/connection-options.js'

/** Declares `vault` and its subcommands. */
export function addVaultCommand(program: Command, io: Io): void {
  const vault = program
    .command('vault')
    .description('create, list, show and delete vaults')
    .helpCommand(false)
  const add = (call: string, description: string): Command =>
    addConnectionOptions(vault.command(call).description(description))
  creatingLocalVault(add('create <name>', 'create a vault')).action(
    async (name: string, options: ConnectionOptions) => {
      const { createVault } = await import('../run/vault.js')
      return createVault(name, options, io)
    },
  )
  add('ls', 'list the vaults of the account in the region').action(async (options: ConnectionOptions) => {
    const { listVaults } = await import('../run/vault.js')
    return listVaults(options, io)
  })
  add('show <name>', 'show a vault, with its number of archives and size at the last inventory').action(
    async (name: string, options: ConnectionOptions) => {
      const { showVault } = await import('../run/vault.js')
      return showVault(name, options, io)
    },
  )
  add('rm <name>', 'delete an empty vault').action(async (name: string, options: ConnectionOptions) => {
    const { deleteVault } = await import('../run/vault.js')
    return deleteVault(name, options, io)
  })
}
