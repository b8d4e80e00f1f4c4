/** Formats values for display: with units, times in UTC, and without invisible characters. */

/**
 * Characters that can hide or reorder the text around them: control and format characters (bidirectional ones among them), line
 * separators, and characters without a glyph.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u

/**
 * A text in pieces: visible text, and each invisible character as `\u{202e}`.
 *
 * @param {string} text
 * @returns {{ text: string, isEscape: boolean }[]}
 */
export function visiblePieces(text) {
  /** @type {{ text: string, isEscape: boolean }[]} */
  const pieces = []
  for (const character of text) {
    const isEscape = INVISIBLE.test(character)
    const code = (character.codePointAt(0) ?? 0).toString(16)
    const last = pieces.at(-1)
    if (isEscape) pieces.push({ text: `\\u{${code}}`, isEscape })
    else if (last && !last.isEscape) last.text += character
    else pieces.push({ text: character, isEscape })
  }
  return pieces
}

/**
 * A text whose invisible characters are written as `\u{202e}`.
 *
 * @param {string} text
 * @returns {string}
 */
export function visible(text) {
  return visiblePieces(text)
    .map((piece) => piece.text)
    .join('')
}

const INTEGER = new Intl.NumberFormat('en')
const SHORT = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/**
 * @param {number} value
 * @returns {string} with separators of thousands
 */
export function count(value) {
  return INTEGER.format(value)
}

/**
 * @param {number} bytes
 * @returns {string} `1 B`, `4 MiB`
 */
export function size(bytes) {
  let [value, unit] = [bytes, 0]
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024
  return `${SHORT.format(value)} ${UNITS[unit]}`
}

/**
 * @param {string | null | undefined} iso - ISO 8601, in UTC
 * @returns {string} `2026-03-01 12:00:00`
 */
export function time(iso) {
  return iso ? iso.slice(0, 19).replace('T', ' ') : '–'
}

const SPANS = /** @type {const} */ ([
  [86_400_000, 'day', 'days'],
  [3_600_000, 'h', 'h'],
  [60_000, 'min', 'min'],
  [1000, 's', 's'],
])

/**
 * @param {number} milliseconds
 * @returns {string} in the largest unit that gives a number from 1 up
 */
export function span(milliseconds) {
  if (milliseconds === 0) return 'no time'
  for (const [unit, one, many] of SPANS) {
    if (milliseconds >= unit)
      return `${SHORT.format(milliseconds / unit)} ${milliseconds === unit ? one : many}`
  }
  return `${SHORT.format(milliseconds)} ms`
}

/** @typedef {{ expedited: number, standard: number, bulk: number, inventory: number }} Delays - milliseconds */

/**
 * The duration of jobs, by kind; one duration if all are the same.
 *
 * @param {Delays} delays
 * @returns {string}
 */
export function delays({ expedited, standard, bulk, inventory }) {
  const each = [expedited, standard, bulk, inventory]
  if (each.every((delay) => delay === standard)) return span(standard)
  return `${span(expedited)} (Expedited), ${span(standard)} (Standard), ${span(bulk)} (Bulk), ${span(inventory)} (inventory)`
}

/**
 * An amount of money, with as many digits as a price of thousandths of a cent needs.
 *
 * @param {number} value
 * @param {string} currency
 * @returns {string}
 */
export function money(value, currency) {
  return `${new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 6 }).format(value)} ${currency}`
}
