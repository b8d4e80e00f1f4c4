/**
 * Archive descriptions: the only metadata an archive has, at most 1,024 characters of 0x20-0x7E
 * (docs/glacier-protocol.md#descriptions).
 *
 * Text that the service would not preserve (other characters; leading, trailing or doubled spaces, which break
 * signatures or are dropped: docs/glacier-protocol.md#descriptions) is sent as ASCII JSON `{"Path":"…"}`, the form from
 * which AWS's migration tool reads names (docs/glacier-protocol.md#names-in-descriptions). Nothing is ever cut.
 */
import { STRING } from '../options/rules.js'
import type { Rule } from '../options/check-options.js'
import { MAX_DESCRIPTION_LENGTH } from './limits.js'

/** The rule of a description that is not encoded. */
export const DESCRIPTION: Rule = (value, name, caller) => {
  STRING(value, name, caller)
  encodeDescription(value as string)
}

const PRESERVED = /^(?! )(?!.* {2})[\x20-\x7e]*(?<! )$/

/**
 * Returns the description to send for a text.
 *
 * @returns the text itself if the service preserves it, otherwise its JSON form; at most 1,024 characters of 0x20-0x7E
 * @throws {TypeError} not a string
 * @throws {RangeError} longer than 1,024 characters in the form that is sent
 *
 * @example
 * ```ts
 * encodeDescription('Größe') // '{"Path":"Gr\\u00f6\\u00dfe"}'
 * ```
 */
export function encodeDescription(text: string): string {
  STRING(text, 'text', 'encodeDescription')
  const encoded = PRESERVED.test(text) ? text : escaped(text)
  if (encoded.length > MAX_DESCRIPTION_LENGTH) {
    throw new RangeError(
      `The description has ${encoded.length} characters${encoded === text ? '' : ' after it is escaped to ASCII'}; ` +
        `the service stores at most ${MAX_DESCRIPTION_LENGTH}. Shorten it.`,
    )
  }
  return encoded
}

/**
 * Returns the text of a description: the inverse of {@link encodeDescription}. The one exception is a text that is itself
 * a JSON object with a `Path`: it is sent unchanged, and read as its path.
 *
 * @throws {TypeError} not a string
 *
 * @example
 * ```ts
 * decodeDescription('{"Path":"Gr\\u00f6\\u00dfe"}') // 'Größe'
 * ```
 */
export function decodeDescription(description: string): string {
  STRING(description, 'description', 'decodeDescription')
  if (!description.startsWith('{')) return description
  try {
    const { Path: path } = JSON.parse(description) as { readonly Path?: unknown }
    return typeof path === 'string' ? path : description
  } catch {
    return description // plain text that begins like JSON
  }
}

function escaped(text: string): string {
  return `{"Path":${asciiJson(text)}}`
}

/**
 * Returns a text as a JSON string for a description, in characters of 0x20-0x7E. A space beside a space, or at either end
 * of the text, is escaped, so that no run of spaces is left.
 */
export function asciiJson(text: string): string {
  return JSON.stringify(text)
    .replace(/[^\x20-\x7e]/g, unicodeEscape)
    .replace(/(?<=[" ]) | (?=")/g, unicodeEscape)
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
