/** IDs and names on the command line. */
import { InvalidArgumentError } from 'commander'

/**
 * Takes an ID or a name as it is. An empty one is refused: it comes from a variable that is not set.
 *
 * @throws {InvalidArgumentError} an empty text
 */
export function parseText(text: string): string {
  if (text === '') throw new InvalidArgumentError('The text is empty.')
  return text
}

/**
 * Takes IDs as {@link parseText} does, and adds each to those before it.
 *
 * @throws {InvalidArgumentError} an empty text
 */
export function collectText(text: string, before: readonly string[] = []): string[] {
  return [...before, parseText(text)]
}
