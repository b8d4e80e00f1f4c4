/**
 * Text of foreign origin, such as descriptions, names, and messages of the service, that is safe on a terminal.
 *
 * Control characters move the cursor, and some terminals obey them. The controls of writing direction show the
 * characters around them in another order, and the two separators end lines in some programs: text would show as other
 * text than it is.
 */

const UNSAFE_CLASS = String.raw`[\p{Cc}\p{Bidi_Control}\u2028\u2029]`
const UNSAFE = new RegExp(UNSAFE_CLASS, 'u')
const ALL_UNSAFE = new RegExp(UNSAFE_CLASS, 'gu')

/** Whether a text can be shown on a terminal as it is. */
export function isPrintable(text: string): boolean {
  return !UNSAFE.test(text)
}

/** A text with each character that is unsafe on a terminal written as `\u001b`. JSON keeps its meaning. */
export function printable(text: string): string {
  return isPrintable(text) ? text : withoutUnsafe(text, unicodeEscape)
}

/** Lines of text, of which only the line ends are left as they are. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** A text with each character that is unsafe on a terminal replaced. */
export function withoutUnsafe(text: string, escape: (character: string) => string): string {
  return text.replace(ALL_UNSAFE, escape)
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
