/** Runs `__complete` and `completion`. */
import type { Command } from 'commander'
import type { Io } from '../../io.js'
import { write } from '../../output/print.js'
import { printable } from '../../output/printable.js'
import { bashScript } from './bash-script.js'
import { completionOf } from './complete.js'
import { fishScript } from './fish-script.js'
import { zshScript } from './zsh-script.js'

/** The shells that have a script. */
export type Shell = 'bash' | 'zsh' | 'fish'

const SCRIPTS: Readonly<Record<Shell, (program: Command) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** Prints the script that completes command lines in a shell. */
export function printScript(program: Command, shell: Shell, io: Io): Promise<void> {
  return write(io, SCRIPTS[shell](program))
}

/**
 * Prints the completion for a script: `words`, `files` or `directories`, then for words one candidate a line, with a tab
 * and its description. An error prints nothing: a half-typed command line is no mistake.
 */
export async function printCompletion(program: Command, words: readonly string[], io: Io): Promise<void> {
  const found = await completionOf(program, words, io).catch(() => [])
  if (typeof found === 'string') return write(io, `${found}\n`)
  const lines = found.map(({ word, description }) =>
    description === undefined ? word : `${word}\t${printable(description)}`,
  )
  return write(io, ['words', ...lines, ''].join('\n'))
}
