/** Paths as options and arguments give them. */
import { InvalidArgumentError } from 'commander'

/**
 * Takes a path as it is. An empty one is an error: it comes from a variable that is not set, and would be resolved to the
 * working directory.
 *
 * @throws {InvalidArgumentError} it is empty
 */
export function parsePath(text: string): string {
  if (text === '') throw new InvalidArgumentError('It is empty. Give a path.')
  return text
}
