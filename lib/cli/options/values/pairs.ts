/** Names with values on the command line: `KEY=VALUE`. */
import { InvalidArgumentError } from 'commander'

/**
 * Takes `KEY=VALUE`, and adds it to those before it. The value may be empty, and may contain `=`.
 *
 * @throws {InvalidArgumentError} no `=`, an empty key, or a key that was given before; keys that differ only in case are one
 */
export function collectPair(text: string, before: readonly string[] = []): string[] {
  const key = keyIn(text)
  if (key === '') throw new InvalidArgumentError('Write it as KEY=VALUE.')
  if (before.some((other) => keyIn(other).toLowerCase() === key.toLowerCase()))
    throw new InvalidArgumentError(`The key ${key} is given twice.`)
  return [...before, text]
}

/** The values by their keys; `undefined` without any pair. */
export function pairsOf(texts: readonly string[] | undefined): Readonly<Record<string, string>> | undefined {
  return texts && Object.fromEntries(texts.map((text) => [keyIn(text), text.slice(keyIn(text).length + 1)]))
}

/** The part before the first `=`; empty if the text has no `=`. */
function keyIn(text: string): string {
  return text.slice(0, Math.max(text.indexOf('='), 0))
}
