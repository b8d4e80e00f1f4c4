/** The commands `help [COMMAND…]` and `version`. */
import type { Command } from 'commander'
import { expandHelp } from '../command-details.js'
import { UsageError } from '../command-errors.js'
import { callOf, visibleCommandsOf } from '../walk-commands.js'

/**
 * Declares `help` and `version`.
 *
 * @param printVersion - prints the version
 */
export function addHelpCommands(program: Command, printVersion: () => Promise<void>): void {
  program
    .command('help [command...]')
    .description('print the whole help of a command, or that of the program')
    .action((words: readonly string[]) => expandHelp(commandAt(program, words)).help())
  program.command('version').description('print the version').action(printVersion)
}

/**
 * The command that words call.
 *
 * @throws {UsageError} there is no such command
 */
function commandAt(command: Command, [word, ...rest]: readonly string[]): Command {
  if (word === undefined) return command
  const found = visibleCommandsOf(command).find((below) => below.name() === word)
  if (found) return commandAt(found, rest)
  const names = visibleCommandsOf(command).map((below) => below.name())
  const known = names.length === 0 ? 'has no commands below it' : `has these: ${names.join(', ')}`
  throw new UsageError(`There is no command ${word}. ${callOf(command)} ${known}.`)
}
