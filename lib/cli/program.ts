/**
 * The program: its commands and their help. What a command runs is loaded when it runs, so that `--help` and usage
 * errors load neither the SDK nor the server.
 */
import { Command } from 'commander'
import { addCatalogCommand } from './commands/catalog.js'
import { addCompletionCommands } from './commands/completion.js'
import { addDoctorCommand } from './commands/doctor.js'
import { addEmptyCommand } from './commands/vaults/empty.js'
import { addGetCommand } from './commands/archives/get.js'
import { addHelpCommands } from './commands/help.js'
import { addHashCommand } from './commands/archives/hash.js'
import { addInventoryCommand } from './commands/vaults/inventory.js'
import { addJobsCommand } from './commands/vaults/jobs.js'
import { addLsCommand } from './commands/archives/ls.js'
import { addPruneCommand } from './commands/archives/prune.js'
import { addPutCommand } from './commands/archives/put.js'
import { addRmCommand } from './commands/archives/rm.js'
import { addServeCommand } from './commands/serve.js'
import { addUploadsCommand } from './commands/vaults/uploads.js'
import { addVaultCommand } from './commands/vaults/vault.js'
import { addVerifyCommand } from './commands/archives/verify.js'
import { addWords } from './commands/words.js'
import { addAllDetails } from './details/add-details.js'
import { applyEnvironment } from './environment/apply-environment.js'
import { describeOption } from './environment/option-help.js'
import { unknownVariableNotes } from './environment/unknown-variables.js'
import type { Io } from './io.js'
import { createsLocalVault, type CatalogOptions, type OutputOptions } from './options/connection-options.js'
import { assertVaultAndAccount } from './options/operands.js'
import { printData, printNote } from './output/print.js'
import { printableLines } from './output/printable.js'
import { version } from './version.js'

const EXIT_CODES_HELP = `
Exit codes: 0 success; 1 failure; 2 usage error; 3 failure that can be resumed, or the
command of put failed; 4 the bytes did not verify; 129, 130, 143 stopped by a signal.`

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
    .enablePositionalOptions() // the words after put VAULT -- belong to another command
    .exitOverride()
    .configureOutput({
      writeOut,
      writeErr: (text) => void io.stderr.write(printableLines(text)), // it repeats words of the command line
    })
    .configureHelp({ optionDescription: describeOption })
    .showHelpAfterError('(run with --help for the usage)')
    .addHelpText('after', EXIT_CODES_HELP)
    .hook('preAction', async (_program, command) => {
      applyEnvironment(command, io.env)
      if (!command.opts<OutputOptions>().quiet)
        for (const note of unknownVariableNotes(io.env)) printNote(io, note)
      assertVaultAndAccount(command)
      if (createsLocalVault(command)) return
      const { assertLocalVault } = await import('./run/local-folder.js')
      await assertLocalVault(command.opts<CatalogOptions>(), io.env)
    })
  addTransferCommands(program, io, argv)
  addCatalogCommands(program, io)
  addVaultCommands(program, io)
  addDoctorCommand(program, async (vault, options) => {
    const { doctor } = await import('./run/doctor/doctor.js')
    return doctor(vault, options, io)
  })
  addServeCommand(program, async (options) => {
    const { serve } = await import('./run/serve/serve.js')
    return serve(options, io)
  })
  addHelpCommands(program, () => printData(io, version))
  addCompletion(program, io)
  addWords(program)
  addAllDetails(program)
  return program
}

/** Adds `put`, `get` and `hash`. */
function addTransferCommands(program: Command, io: Io, argv: readonly string[]): void {
  addPutCommand(program, async (vault, source, options) => {
    const { put } = await import('./run/put/put.js')
    return put(vault, source, options, io)
  })
  addGetCommand(program, async (vault, archiveIds, options) => {
    const { get } = await import('./run/get/get.js')
    return get(vault, archiveIds, options, io, argv)
  })
  addHashCommand(program, async (files, options) => {
    const { hash } = await import('./run/hash/hash.js')
    return hash(files, options, io)
  })
}

/** Adds the commands that read the catalog. */
function addCatalogCommands(program: Command, io: Io): void {
  addLsCommand(program, async (vault, options) => {
    const { ls } = await import('./run/ls/ls.js')
    return ls(vault, options, io)
  })
  addVerifyCommand(program, async (file, vault, archiveId, options) => {
    const { verify } = await import('./run/verify/verify.js')
    return verify(file, vault, archiveId, options, io)
  })
  const load = (): Promise<typeof import('./run/catalog/catalog.js')> => import('./run/catalog/catalog.js')
  addCatalogCommand(program, {
    rebuild: async (vault, options) => (await load()).rebuildCatalog(vault, options, io),
    diff: async (vault, options) => (await load()).diffCatalog(vault, options, io),
    export: async (file, options) => {
      const { exportCatalog } = await import('./run/catalog/export.js')
      return exportCatalog(file, options, io, `glacier-pipe ${version}`)
    },
    import: async (file, options) => {
      const { importCatalog } = await import('./run/catalog/import.js')
      return importCatalog(file, options, io)
    },
  })
}

/** Adds the commands that read and change vaults. */
function addVaultCommands(program: Command, io: Io): void {
  addInventoryCommand(program, async (vault, options) => {
    const { inventory } = await import('./run/inventory.js')
    return inventory(vault, options, io)
  })
  addJobsCommand(program, async (vault, options) => {
    const { jobs } = await import('./run/jobs.js')
    return jobs(vault, options, io)
  })
  addUploadsCommand(program, async (vault, options) => {
    const { uploads } = await import('./run/uploads/uploads.js')
    return uploads(vault, options, io)
  })
  addRmCommand(program, async (vault, archiveIds, options) => {
    const { rm } = await import('./run/rm/deletion.js')
    return rm(vault, archiveIds, options, io)
  })
  addPruneCommand(program, async (vault, options) => {
    const { prune } = await import('./run/prune/prune.js')
    return prune(vault, options, io)
  })
  addEmptyCommand(program, async (vault, options) => {
    const { empty } = await import('./run/rm/empty.js')
    return empty(vault, options, io)
  })
  const load = (): Promise<typeof import('./run/vault.js')> => import('./run/vault.js')
  addVaultCommand(program, {
    create: async (name, options) => (await load()).createVault(name, options, io),
    list: async (options) => (await load()).listVaults(options, io),
    show: async (name, options) => (await load()).showVault(name, options, io),
    remove: async (name, options) => (await load()).deleteVault(name, options, io),
  })
}

/** Adds the commands for the completion of command lines. */
function addCompletion(program: Command, io: Io): void {
  const load = (): Promise<typeof import('./run/completion/print-completion.js')> =>
    import('./run/completion/print-completion.js')
  addCompletionCommands(program, {
    printScript: async (shell) => (await load()).printScript(program, shell, io),
    complete: async (words) => (await load()).printCompletion(program, words, io),
  })
}
