/** Paths on the command line. */
import { InvalidArgumentError } from 'commander'

/**
 * Takes a path as it is. An empty path is refused: it comes from a variable that is not set, and would be resolved to
 * the working directory.
 *
 * @throws {InvalidArgumentError} an empty path
 */
export function parsePath(text: string): string {
  if (text === '') throw new InvalidArgumentError('The path is empty.')
  return text
}

/**
 * Takes paths as {@link parsePath} does, and adds each to those before it.
 *
 * @throws {InvalidArgumentError} an empty path
 */
export function collectPath(text: string, before: readonly string[] = []): string[] {
  return [...before, parsePath(text)]
}
