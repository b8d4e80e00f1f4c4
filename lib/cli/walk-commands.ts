/** The commands of a program, for all that is generated from it. */
import type { Command, Option } from 'commander'

/** The commands that run something, depth first, without hidden ones. */
export function leavesOf(command: Command): Command[] {
  const visible = visibleCommandsOf(command)
  return visible.length === 0 ? [command] : visible.flatMap(leavesOf)
}

/** The commands below a command, in their order, without hidden ones. */
export function visibleCommandsOf(command: Command): Command[] {
  return command.createHelp().visibleCommands(command)
}

/** The words that call a command, as `glacier-pipe vault create`. */
export function callOf(command: Command): string {
  return command.parent ? `${callOf(command.parent)} ${command.name()}` : command.name()
}

/** The options of a command with long flags, without hidden ones. `--help` is one of them. */
export function visibleOptionsOf(command: Command): (Option & { readonly long: string })[] {
  const options = command.createHelp().visibleOptions(command)
  return options.filter((option): option is Option & { long: string } => option.long !== undefined)
}
