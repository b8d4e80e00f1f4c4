/**
 * The command behind `--`, as in `put VAULT -- CMD ARGS…`. Its words are separated before the options are parsed: all of them
 * are the command's, also `--help` and a further `--`.
 */
import type { Command, Option } from 'commander'

/** The words of a command line. */
export interface SplitWords {
  /** The words up to the `--`. */
  readonly own: string[]
  /** The words after the `--`; `undefined` if no `--` begins a command. */
  readonly command: string[] | undefined
}

/**
 * Separates the words of a command from the words before. A `--` begins a command only if an operand is before it. An
 * earlier `--` says that all words after it are operands, as for every command.
 *
 * @param options - the options before the command: the word after one of them may be its value
 */
export function splitWords(words: readonly string[], options: readonly Option[]): SplitWords {
  let hasOperand = false
  let isLiteral = false
  let isValue = false
  for (const [i, word] of words.entries()) {
    if (isValue) {
      isValue = false
    } else if (word === '--') {
      if (hasOperand) return { own: words.slice(0, i), command: words.slice(i + 1) }
      isLiteral = true
    } else if (isLiteral || word === '-' || !word.startsWith('-')) {
      hasOperand = true
    } else {
      isValue = takesNextWord(word, options)
    }
  }
  return { own: [...words], command: undefined }
}

/**
 * Lets a command take the words of another command behind `--`. The program must have positional options, so that it does not
 * parse these words itself.
 *
 * @returns a function that gives the words of the last call; `undefined` if it had none
 */
export function takeCommandWords(command: Command): () => string[] | undefined {
  let words: string[] | undefined
  const parse = command.parseOptions.bind(command)
  command.parseOptions = (given) => {
    const split = splitWords(given, command.options)
    words = split.command
    return parse(split.own)
  }
  return () => words
}

/** Whether the next word is the value of an option, or of the last of several short options in one word. */
function takesNextWord(word: string, options: readonly Option[]): boolean {
  const option = options.find(({ short, long }) => word === short || word === long)
  if (option) return option.required
  const isGroup = /^-[^-]./.test(word)
  const first = isGroup && options.find(({ short }) => word.slice(0, 2) === short)
  return first ? !first.required && takesNextWord(`-${word.slice(2)}`, options) : false
}
