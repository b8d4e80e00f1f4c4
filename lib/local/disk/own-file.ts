/** Files that say what a folder is, and without which a local vault must not start. */
import { parsed } from './damage.js'
import { readText } from './files.js'

/**
 * Reads an object from a file of ours; `undefined` where there is no such file.
 *
 * @param isValid - whether an object is what the file must contain
 * @param expected - what that is, for the message
 * @throws an Error where the file contains anything else. What it contains is not in the message: it may be a secret.
 */
export async function readOwnJson<T extends object>(
  path: string,
  isValid: (value: Readonly<Record<string, unknown>>) => value is Readonly<Record<string, unknown>> & T,
  expected: string,
): Promise<T | undefined> {
  const text = await readText(path)
  if (text === undefined) return undefined
  const value = parsed(text)
  if (typeof value === 'object' && value !== null && isValid(value as Record<string, unknown>))
    return value as T
  throw new Error(
    `${path} does not contain ${expected}. Restore it from a backup, or remove it to have it made anew.`,
  )
}
