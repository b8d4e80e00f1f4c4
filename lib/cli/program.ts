/**
 * The program: its commands and their help. What a command runs is loaded when it runs, so that `--help` and usage
 * errors load neither the SDK nor the server.
 */
import { createRequire } from 'node:module'
import { Command } from 'commander'
import { addCatalogCommand } from './commands/catalog.js'
import { addEmptyCommand } from './commands/empty.js'
import { addGetCommand } from './commands/get.js'
import { addHashCommand } from './commands/hash.js'
import { addInventoryCommand } from './commands/inventory.js'
import { addJobsCommand } from './commands/jobs.js'
import { addLsCommand } from './commands/ls.js'
import { addPutCommand } from './commands/put.js'
import { addRmCommand } from './commands/rm.js'
import { addServeCommand } from './commands/serve.js'
import { addUploadsCommand } from './commands/uploads.js'
import { addVaultCommand } from './commands/vault.js'
import { addVerifyCommand } from './commands/verify.js'
import type { Io } from './io.js'
import { createsLocalVault, type CatalogOptions } from './options/connection-options.js'
import { assertVaultAndAccount } from './options/operands.js'

const { version } = createRequire(import.meta.url)('glacier-pipe/package.json') as {
  readonly version: string
}

const EXIT_CODES_HELP = `
Exit codes: 0 success; 1 failure; 2 usage error; 3 failure that can be resumed;
4 the bytes did not verify; 129, 130, 143 stopped by a signal.`

/**
 * Makes the program. It throws where commander would end the process.
 *
 * @param argv - the arguments to be parsed, for messages that repeat the command
 * @param writeOut - takes the text that `--help` and `--version` print
 */
export function makeProgram(io: Io, argv: readonly string[], writeOut: (text: string) => void): Command {
  const program = new Command('glacier-pipe')
    .description('Pipe any stream of bytes into an Amazon Glacier vault, and retrieve it verified.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut,
      writeErr: (text) => void io.stderr.write(text),
    })
    .showHelpAfterError('(run with --help for the usage)')
    .addHelpText('after', EXIT_CODES_HELP)
    .hook('preAction', async (_program, command) => {
      assertVaultAndAccount(command)
      const options = command.opts<CatalogOptions>()
      const isLocal = options.local === true || options.localDir !== undefined
      if (!isLocal || createsLocalVault(command)) return
      const { assertLocalVault } = await import('./run/local-folder.js')
      await assertLocalVault(options, io.env)
    })
  addPutCommand(program, io)
  addGetCommand(program, io, argv)
  addHashCommand(program, io)
  addLsCommand(program, io)
  addVerifyCommand(program, io)
  addCatalogCommand(program, io)
  addInventoryCommand(program, io)
  addJobsCommand(program, io)
  addUploadsCommand(program, io)
  addRmCommand(program, io)
  addEmptyCommand(program, io)
  addVaultCommand(program, io)
  addServeCommand(program, io)
  return program
}
