/** Paths, IDs and names on the command line. An empty one is refused: it comes from a variable that is not set. */
import { InvalidArgumentError } from 'commander'
import { isSnsTopic } from '../../../glacier/names.js'

/**
 * Takes a path as it is. An empty path would be resolved to the working directory.
 *
 * @throws {InvalidArgumentError} an empty path, or one that no file can have
 */
export function parsePath(text: string): string {
  if (text === '') throw new InvalidArgumentError('The path is empty.')
  if (text.includes('\0')) throw new InvalidArgumentError('The path has a null character.')
  return text
}

/**
 * Takes a path as {@link parsePath} does, and adds it to those before it.
 *
 * @throws {InvalidArgumentError} an empty path
 */
export function collectPath(text: string, before: readonly string[] = []): string[] {
  return [...before, parsePath(text)]
}

/**
 * Takes an ID or a name as it is.
 *
 * @throws {InvalidArgumentError} an empty text
 */
export function parseText(text: string): string {
  if (text === '') throw new InvalidArgumentError('The text is empty.')
  return text
}

/**
 * Takes the ARN of an SNS topic.
 *
 * @throws {InvalidArgumentError} a text of another form
 */
export function parseSnsTopic(text: string): string {
  if (isSnsTopic(text)) return text
  throw new InvalidArgumentError(
    'It must be the ARN of an SNS topic, as arn:aws:sns:us-east-1:123456789012:topic.',
  )
}

/**
 * Takes an ID as {@link parseText} does, and adds it to those before it.
 *
 * @throws {InvalidArgumentError} an empty text
 */
export function collectText(text: string, before: readonly string[] = []): string[] {
  return [...before, parseText(text)]
}
