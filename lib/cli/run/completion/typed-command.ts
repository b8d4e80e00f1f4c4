/** The parts of a command line that is still being typed. */
import type { Command, Option } from 'commander'
import { visibleCommandsOf } from '../../walk-commands.js'

/** A command line up to the cursor. */
export interface TypedCommand {
  /** The deepest command that the words name. */
  readonly command: Command
  /** The words behind the command, without an option whose value is at the cursor. */
  readonly before: readonly string[]
  /** The operands before the cursor. */
  readonly operands: readonly string[]
  /** The option whose value is at the cursor. */
  readonly option?: Option | undefined
  /** The word at the cursor, up to the cursor. */
  readonly current: string
  /** With `--option=value` at the cursor: `--option=`. */
  readonly prefix: string
  /** Whether `--` stands before the cursor, so that all words are operands. */
  readonly isBehindDashes: boolean
}

/** Reads the words behind the name of the program. */
export function typedCommand(program: Command, words: readonly string[]): TypedCommand {
  const current = words.at(-1) ?? ''
  let command = program
  let rest = words.slice(0, -1)
  for (;;) {
    const [first] = rest
    const below = visibleCommandsOf(command).find((candidate) => candidate.name() === first)
    if (!below) break
    command = below
    rest = rest.slice(1)
  }
  return { command, current, ...optionsAndOperands(command, rest, current) }
}

type Scanned = Pick<TypedCommand, 'before' | 'operands' | 'option' | 'prefix' | 'isBehindDashes'>

function optionsAndOperands(command: Command, words: readonly string[], current: string): Scanned {
  const operands: string[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    if (word === '--')
      return {
        before: words,
        operands: [...operands, ...words.slice(i + 1)],
        prefix: '',
        isBehindDashes: true,
      }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word)
      continue
    }
    const option = word.includes('=') ? undefined : optionIn(command, word)
    if (!option || !takesValue(option)) continue
    if (i === words.length - 1)
      return { before: words.slice(0, -1), operands, option, prefix: '', isBehindDashes: false }
    i++ // its value
  }
  const [, prefix = ''] = /^(--[^=]+=)/.exec(current) ?? []
  const option = prefix === '' ? undefined : optionIn(command, prefix.slice(0, -1))
  return { before: words, operands, option, prefix, isBehindDashes: false }
}

function optionIn(command: Command, flag: string): Option | undefined {
  return command.options.find(({ short, long }) => flag === long || flag === short)
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional
}
