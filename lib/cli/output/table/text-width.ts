/** The number of columns that text takes on a terminal, and text that is cut to fit. */

const ASCII = /^[\x20-\x7e]*$/
/** Scripts of East Asia, and their punctuation and full-width forms: each character takes two columns. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Yi}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|\ufe0f/u
/** Half-width forms, which belong to the same scripts. */
const HALF_WIDTH = /[\uff61-\uffdc]/
/** Marks that are drawn on the character before them, and characters that are not drawn. */
const WITHOUT_WIDTH = /^[\p{M}\p{Cf}]+$/u
const ELLIPSIS = '…'

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The number of columns that a text takes. Control characters are not expected in it. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length
  let width = 0
  for (const { segment } of characters.segment(text)) width += characterWidth(segment)
  return width
}

/** A text that takes at most so many columns: the middle of a longer one is replaced by an ellipsis. */
export function cutMiddle(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  const all = Array.from(characters.segment(text), ({ segment }) => segment)
  const beginning = charactersThatFit(all, Math.ceil((width - 1) / 2))
  const end = charactersThatFit(all.reverse(), Math.floor((width - 1) / 2)).reverse()
  return [...beginning, ...(width > 0 ? [ELLIPSIS] : []), ...end].join('')
}

/** A text that takes at most so many columns: the end of a longer one is replaced by an ellipsis. */
export function cutEnd(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  const all = Array.from(characters.segment(text), ({ segment }) => segment)
  return charactersThatFit(all, width - 1).join('') + (width > 0 ? ELLIPSIS : '')
}

function charactersThatFit(all: readonly string[], width: number): string[] {
  const fitting: string[] = []
  let left = width
  for (const character of all) {
    left -= characterWidth(character)
    if (left < 0) break
    fitting.push(character)
  }
  return fitting
}

function characterWidth(character: string): number {
  if (WIDE.test(character) && !HALF_WIDTH.test(character)) return 2
  return WITHOUT_WIDTH.test(character) ? 0 : 1
}
