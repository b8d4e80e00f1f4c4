/**
 * The long help of a command: paragraphs and examples. `help COMMAND` prints them after the options, `--help` only the
 * examples. The man page and docs/cli.md are generated from them.
 */
import type { Command } from 'commander'
import { callOf } from './walk-commands.js'

/** The long help of a command. */
export interface CommandDetails {
  /** Paragraphs of plain text, each one line without a line break. */
  readonly paragraphs: readonly string[]
  /** Command lines that work as they are, each with its purpose. */
  readonly examples?: readonly CommandExample[]
}

/** A command line, and what it is for. */
export interface CommandExample {
  /** The purpose, as `store a dump only if it succeeds`. */
  readonly purpose: string
  /** The whole command line. */
  readonly line: string
}

const WIDTH = 80
const detailsOfCommands = new WeakMap<Command, CommandDetails>()
const expanded = new WeakSet<Command>()

/** Adds long help to a command. */
export function addDetails(command: Command, details: CommandDetails): void {
  detailsOfCommands.set(command, details)
  command.addHelpText(
    'after',
    () => `\n${expanded.has(command) ? wholeText(details) : shortText(command, details)}`,
  )
}

/** The long help of a command; `undefined` if it has none. */
export function detailsOf(command: Command): CommandDetails | undefined {
  return detailsOfCommands.get(command)
}

/** Lets the help of a command include its paragraphs, as `help COMMAND` prints it. `--help` has only the examples. */
export function expandHelp(command: Command): Command {
  expanded.add(command)
  return command
}

function wholeText({ paragraphs, examples }: CommandDetails): string {
  return [...paragraphs.map(wrapped), ...examplesText(examples)].join('\n\n')
}

function shortText(command: Command, { examples }: CommandDetails): string {
  return [...examplesText(examples), `More: ${helpCallOf(command)}`].join('\n\n')
}

function examplesText(examples: CommandDetails['examples'] = []): string[] {
  const lines = examples.map(({ purpose, line }) => `  # ${purpose}\n  ${line}`)
  return lines.length === 0 ? [] : ['Examples:\n' + lines.join('\n')]
}

/** The command line that prints the whole help, as `glacier-pipe help vault create`. */
function helpCallOf(command: Command): string {
  const [program = '', ...words] = callOf(command).split(' ')
  return [program, 'help', ...words].join(' ')
}

/** A paragraph in lines of at most 80 characters. */
function wrapped(paragraph: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of paragraph.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join('\n')
}
