/** The commands `vault create|ls|show|rm`: their help. */
import type { Command } from 'commander'
import {
  addConnectionOptions,
  creatingLocalVault,
  type ConnectionOptions,
} from '../../options/connection-options.js'

/** The functions that run the subcommands of `vault`. */
export interface VaultRunners {
  create(name: string, options: ConnectionOptions): Promise<void>
  list(options: ConnectionOptions): Promise<void>
  show(name: string, options: ConnectionOptions): Promise<void>
  remove(name: string, options: ConnectionOptions): Promise<void>
}

/**
 * Declares `vault` and its subcommands.
 *
 * @param run - runs the subcommands
 */
export function addVaultCommand(program: Command, run: VaultRunners): void {
  const vault = program
    .command('vault')
    .description('create, list, show and delete vaults')
    .helpCommand(false)
  const add = (call: string, description: string): Command =>
    addConnectionOptions(vault.command(call).description(description))
  creatingLocalVault(add('create <name>', 'create a vault')).action(
    (name: string, options: ConnectionOptions) => run.create(name, options),
  )
  add('ls', 'list the vaults of the account in the region').action((options: ConnectionOptions) =>
    run.list(options),
  )
  add('show <name>', 'show a vault, with its number of archives and size at the last inventory').action(
    (name: string, options: ConnectionOptions) => run.show(name, options),
  )
  add('rm <name>', 'delete an empty vault').action((name: string, options: ConnectionOptions) =>
    run.remove(name, options),
  )
}
