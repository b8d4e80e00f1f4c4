/** The commands and options of the program as data: the man page and docs/cli.md are printed from it. */
import type { Command, Option } from 'commander'
import { detailsOf, type CommandDetails } from '../../lib/cli/command-details.js'
import { describeOption } from '../../lib/cli/environment/option-help.js'
import { callOf, leavesOf } from '../../lib/cli/walk-commands.js'

/** The program. */
export interface Reference {
  readonly name: string
  readonly description: string
  readonly commands: readonly CommandReference[]
  /** The options that many commands have, described once. */
  readonly sharedOptions: readonly OptionReference[]
}

/** A command. */
export interface CommandReference {
  /** The words after the name of the program, as `vault create`. */
  readonly name: string
  /** How it is called, as `glacier-pipe vault create [options] <name>`. */
  readonly usage: string
  readonly description: string
  /** The options that it has besides shared ones. */
  readonly options: readonly OptionReference[]
  /** The long flags of its shared options. */
  readonly sharedFlags: readonly string[]
  readonly details: CommandDetails
}

/** An option. */
export interface OptionReference {
  /** As `-q, --quiet` or `--memory <size>`. */
  readonly flags: string
  /** The description with choices, default and variable. */
  readonly description: string
}

/** An option is described once if so many commands have it with the same description. */
const SHARED_BY = 4

/** Reads the commands and options of a program. */
export function referenceOf(program: Command): Reference {
  const leaves = leavesOf(program)
  const counts = new Map<string, number>()
  for (const option of leaves.flatMap(optionsOf)) {
    const key = keyOf(option)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const isShared = (option: Option): boolean => Number(counts.get(keyOf(option))) >= SHARED_BY
  const shared = new Map(
    leaves
      .flatMap(optionsOf)
      .filter(isShared)
      .map((option) => [keyOf(option), asReference(option)]),
  )
  return {
    name: program.name(),
    description: program.description(),
    sharedOptions: [...shared.values()],
    commands: leaves.map((command) => ({
      name: callOf(command).slice(program.name().length + 1),
      usage: `${callOf(command)} ${command.usage()}`,
      description: command.description(),
      options: optionsOf(command)
        .filter((option) => !isShared(option))
        .map(asReference),
      sharedFlags: optionsOf(command).filter(isShared).map(longFlagOf),
      details: detailsOf(command) ?? { paragraphs: [] },
    })),
  }
}

function optionsOf(command: Command): readonly Option[] {
  return command.options.filter((option) => !option.hidden)
}

function keyOf(option: Option): string {
  return `${option.flags}\n${option.description}`
}

/** The long flag, which each option of this program has. */
function longFlagOf({ long }: Option): string {
  return String(long)
}

function asReference(option: Option): OptionReference {
  return { flags: option.flags, description: describeOption(option) }
}
