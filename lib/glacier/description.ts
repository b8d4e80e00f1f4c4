/**
 * Archive descriptions: the only metadata an archive has, at most 1,024 characters of 0x20-0x7E
 * (docs/glacier-protocol.md#descriptions).
 *
 * Text that would not survive as it is (other characters; leading, trailing or doubled spaces, which break
 * signatures or are dropped: docs/glacier-protocol.md#descriptions) travels as ASCII JSON `{"Path":"…"}`, the form
 * AWS's own migration tool reads names from (docs/glacier-protocol.md#names-in-descriptions). Nothing is ever cut.
 */
import { STRING } from '../options/rules.js'
import type { Rule } from '../options/check-options.js'
import { MAX_DESCRIPTION_LENGTH } from './limits.js'

/** The rule of a description that is still to be encoded. */
export const DESCRIPTION: Rule = (value, name, caller) => {
  STRING(value, name, caller)
  encodeDescription(value as string)
}

const SURVIVES = /^(?! )(?!.* {2})[\x20-\x7e]*(?<! )$/

/**
 * The description to send for a text.
 *
 * @returns the text itself where it is safe, else its JSON form; at most 1,024 characters of 0x20-0x7E
 * @throws {TypeError} not a string
 * @throws {RangeError} longer than 1,024 characters in the form it would be sent in
 *
 * @example
 * ```ts
 * encodeDescription('Größe') // '{"Path":"Gr\\u00f6\\u00dfe"}'
 * ```
 */
export function encodeDescription(text: string): string {
  STRING(text, 'text', 'encodeDescription')
  const encoded = SURVIVES.test(text) ? text : escaped(text)
  if (encoded.length > MAX_DESCRIPTION_LENGTH) {
    throw new RangeError(
      `The description takes ${encoded.length} characters${encoded === text ? '' : ' once escaped to ASCII'}, ` +
        `and the service stores ${MAX_DESCRIPTION_LENGTH}. Shorten it.`,
    )
  }
  return encoded
}

/**
 * The text a description stands for: {@link encodeDescription} undone. The one exception is text that is itself a JSON
 * object with a `Path`: it is sent as it is, for whoever writes that form on purpose, and read as its path.
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
    return description // starts like JSON and is not: somebody's plain text
  }
}

function escaped(text: string): string {
  return `{"Path":${asciiJson(text)}}`
}

/**
 * A text as a JSON string that may stand in a description: all of 0x20-0x7E. A space beside a space, or at either end
 * of the text, is written as an escape, so that no run of spaces is left.
 */
export function asciiJson(text: string): string {
  return JSON.stringify(text)
    .replace(/[^\x20-\x7e]/g, unicodeEscape)
    .replace(/(?<=[" ]) | (?=")/g, unicodeEscape)
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
