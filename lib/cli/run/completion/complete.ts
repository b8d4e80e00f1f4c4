/**
 * The candidates for the word at the cursor: commands, options, choices, vaults and archives. Scripts of the shells ask for
 * them on each press of the key, so that nothing but the catalog is read.
 */
import type { Argument, Command, Option } from 'commander'
import { applyEnvironment } from '../../environment/apply-environment.js'
import type { Io } from '../../io.js'
import type { CatalogOptions } from '../../options/connection-options.js'
import { visibleCommandsOf, visibleOptionsOf } from '../../walk-commands.js'
import { catalogFileOf } from '../data-folder.js'
import { isPrintable } from '../../output/printable.js'
import type { Candidate } from './candidate.js'
import { archivesIn, vaultsIn } from './stored-names.js'
import { typedCommand, type TypedCommand } from './typed-command.js'

/** The candidates; or files or directories, which the shell completes by itself. */
export type Completion = readonly Candidate[] | 'files' | 'directories'

const FILE_VALUES = /<(?:file|path)>/
const DIRECTORY_VALUES = /<(?:dir|folder|directory)>/

/**
 * Finds the candidates.
 *
 * @param words - the words behind the name of the program; the last one is that at the cursor, up to the cursor
 */
export async function completionOf(program: Command, words: readonly string[], io: Io): Promise<Completion> {
  const typed = typedCommand(program, words)
  const found = await allAt(typed, io)
  if (typeof found === 'string') return found
  return found.filter(({ word }) => word.startsWith(typed.current) && isPrintable(word))
}

async function allAt(typed: TypedCommand, io: Io): Promise<Completion> {
  const { command, option, current, isBehindDashes } = typed
  const below = visibleCommandsOf(command)
  if (below.length > 0) return below.map(asCandidate)
  if (option) return valuesOf(option, typed)
  if (current.startsWith('-') && !isBehindDashes) return optionsOf(command)
  const index = typed.operands.length
  const { registeredArguments } = command
  const argument = registeredArguments[index] ?? registeredArguments.findLast(({ variadic }) => variadic)
  return argument ? operandsFor(argument, typed, io) : []
}

function asCandidate(command: Command): Candidate {
  return { word: command.name(), description: command.description() }
}

function optionsOf(command: Command): Candidate[] {
  return visibleOptionsOf(command).map(({ long, description }) => ({ word: long, description }))
}

/** The values of an option. With `--option=` the candidates repeat it. */
function valuesOf({ argChoices, flags }: Option, { prefix }: TypedCommand): Completion {
  if (argChoices) return argChoices.map((choice) => ({ word: prefix + choice }))
  if (FILE_VALUES.test(flags)) return 'files'
  return DIRECTORY_VALUES.test(flags) ? 'directories' : []
}

async function operandsFor(argument: Argument, typed: TypedCommand, io: Io): Promise<Completion> {
  if (argument.argChoices) return argument.argChoices.map((word) => ({ word }))
  const { command, operands, current } = typed
  const name = argument.name()
  if (name === 'file') return 'files'
  if (name === 'command') return commandsBelow(typed)
  const isVault = name === 'vault' || (command.parent?.name() === 'vault' && command.name() !== 'create')
  if (isVault) return vaultsIn(await catalogOf(typed, io))
  if (!name.startsWith('archive')) return []
  const vaultIndex = command.registeredArguments.findIndex((other) => other.name() === 'vault')
  return archivesIn(await catalogOf(typed, io), operands[vaultIndex], current)
}

/** The words of `help`. */
function commandsBelow({ command, operands }: TypedCommand): Candidate[] {
  let at = command.parent
  for (const word of operands)
    at = (at && visibleCommandsOf(at).find((below) => below.name() === word)) ?? null
  return at ? visibleCommandsOf(at).map(asCandidate) : []
}

/** The path of the catalog that the typed command would use. */
async function catalogOf({ command, before }: TypedCommand, { env }: Io): Promise<string> {
  command.parseOptions([...before])
  applyEnvironment(command, env)
  return catalogFileOf(command.opts<CatalogOptions>(), env)
}
