/** The commands and options that the scripts have in themselves, so that the shell completes them without a process. */
import type { Command } from 'commander'
import { callOf, leavesOf, visibleCommandsOf, visibleOptionsOf } from '../../walk-commands.js'

/** A command, and the words that call it. */
export interface CompletedCommand {
  /** The words behind the name of the program, as `vault create`. */
  readonly words: string
  readonly command: Command
}

/** The commands that run something. */
export function completedCommands(program: Command): CompletedCommand[] {
  return leavesOf(program).map((command) => ({
    words: callOf(command).slice(program.name().length + 1),
    command,
  }))
}

/** The long flags of a command. */
export function flagsOf(command: Command): string[] {
  return visibleOptionsOf(command).map(({ long }) => long)
}

/** The names of the commands below a command. */
export function namesBelow(command: Command): string[] {
  return visibleCommandsOf(command).map((below) => below.name())
}
