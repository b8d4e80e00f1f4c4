/** The comparison of the names of streams. */
import { decodeDescription } from '../glacier/description.js'

/**
 * Whether a recorded name and another are the same text, in any Unicode normalization form: macOS writes `é` as two
 * characters.
 */
export function isSameStreamName(recorded: string | undefined, name: string | undefined): boolean {
  // Version 0.1 recorded an empty description as a name.
  const isUnnamed = recorded === undefined || recorded === ''
  if (isUnnamed || name === undefined) return isUnnamed && name === undefined
  const normalized = name.normalize('NFC')
  // Version 0.1 recorded the description, as it was sent.
  return [recorded, decodeDescription(recorded)].some((text) => text.normalize('NFC') === normalized)
}
