/**
 * The long help of a command: paragraphs and examples. `--help` prints them after the options, and the man page and
 * docs/cli.md are generated from them.
 */
import type { Command } from 'commander'

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

/** Adds long help to a command, after the long help that it has. */
export function addDetails(command: Command, details: CommandDetails): Command {
  const before = detailsOf(command)
  detailsOfCommands.set(command, {
    paragraphs: [...(before?.paragraphs ?? []), ...details.paragraphs],
    examples: [...(before?.examples ?? []), ...(details.examples ?? [])],
  })
  return command.addHelpText('after', `\n${textOf(details)}`)
}

/** The long help of a command; `undefined` if it has none. */
export function detailsOf(command: Command): CommandDetails | undefined {
  return detailsOfCommands.get(command)
}

function textOf({ paragraphs, examples = [] }: CommandDetails): string {
  const blocks = paragraphs.map(wrapped)
  if (examples.length > 0)
    blocks.push(['Examples:', ...examples.map(({ purpose, line }) => `  # ${purpose}\n  ${line}`)].join('\n'))
  return blocks.join('\n\n')
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
