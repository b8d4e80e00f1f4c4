/** Files that identify a folder. A local vault does not start if one of them is damaged. */
import { parsed } from './damage.js'
import { readText } from './files.js'

/**
 * Reads an object from such a file.
 *
 * @param isValid - whether an object is what the file must contain
 * @param expected - the required content, for the message
 * @returns the object; `undefined` if the file does not exist
 * @throws {Error} the file contains anything else. The message does not have the content, which may be a secret.
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
    `${path} does not contain ${expected}. Restore it from a backup, or remove it: it is then created again.`,
  )
}
