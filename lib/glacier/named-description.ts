/**
 * Descriptions with a name: JSON with a `Path`, from which AWS's migration tool reads the name of the object
 * (docs/glacier-protocol.md#names-in-descriptions), and the text for people beside it.
 */
import { STRING } from '../options/rules.js'
import { asciiJson } from './description.js'
import { MAX_DESCRIPTION_LENGTH } from './limits.js'

/**
 * Makes the description of an archive with a name, as the command stores it: in characters of 0x20-0x7E that the service
 * preserves. `decodeDescription` reads the name from it.
 *
 * @param name - any text; not empty
 * @param description - a text for people; none if it is empty
 * @returns at most 1,024 characters
 * @throws {TypeError} an argument is not a string
 * @throws {RangeError} the name is empty, or the description would be longer than 1,024 characters
 *
 * @example
 * ```ts
 * namedDescription('db.dump', 'before the upgrade') // '{"Path":"db.dump","Description":"before the upgrade"}'
 * ```
 */
export function namedDescription(name: string, description = ''): string {
  STRING(name, 'name', 'namedDescription')
  STRING(description, 'description', 'namedDescription')
  if (name === '') throw new RangeError('The name of an archive is empty. Give a text, or no name at all.')
  const more = description === '' ? '' : `,"Description":${asciiJson(description)}`
  const named = `{"Path":${asciiJson(name)}${more}}`
  if (named.length > MAX_DESCRIPTION_LENGTH)
    throw new RangeError(
      `The name${more && ' and the description'} of the archive ${more ? 'take' : 'takes'} ${named.length} characters as ` +
        `JSON in ASCII; the service stores at most ${MAX_DESCRIPTION_LENGTH}. Shorten ${more ? 'one of them' : 'it'}.`,
    )
  return named
}
