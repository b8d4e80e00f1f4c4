/** Commands in messages, quoted for a shell. */
import { isPrintable, withoutUnsafe } from './printable.js'

/**
 * A command as the user types it.
 *
 * @param words - the program and its options
 * @param operands - put behind `--` if one of them begins with a dash
 */
export function shellCommand(words: readonly string[], operands: readonly string[] = []): string {
  const dashes = operands.some((operand) => operand.startsWith('-')) ? ['--'] : []
  return [...words, ...dashes, ...operands].map(quoted).join(' ')
}

/** A word, quoted if the shell would not take it as it is. */
function quoted(word: string): string {
  if (/^[\w./:=@%+,-]+$/.test(word)) return word
  if (isPrintable(word)) return `'${word.replaceAll("'", `'\\''`)}'`
  const escaped = withoutUnsafe(word.replace(/[\\']/g, '\\$&'), octalOf)
  return `$'${escaped}'` // as bash, zsh and ksh read it; plain quotes would let a name control the terminal
}

function octalOf(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}
