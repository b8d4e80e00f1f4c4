/** The elements that panels about lists share: notes, descriptions, and the buttons between pages. */
import { element, foreign } from './dom.js'
import { count } from './format.js'

/** @typedef {import('./page.js').List} List */
/** @typedef {import('./page.js').View} View */

/**
 * A list of the chosen vault; an empty object if no vault is chosen.
 *
 * @param {List} what
 * @param {View} view
 */
export async function ofVault(what, { list, choice }) {
  const { vaultName } = choice
  return vaultName === undefined ? {} : { vaultName, ...(await list(what, { vaultName })) }
}

/**
 * The content of a panel about a vault, or a notice that none is chosen.
 *
 * @param {any} listing
 * @param {() => (Node | null)[]} render
 */
export function withVault({ vaultName }, render) {
  return vaultName === undefined ? [element('p', { class: 'empty' }, 'No vault is chosen.')] : render()
}

/**
 * The line beside the heading of a panel about a vault.
 *
 * @param {any} listing
 * @param {string} noun
 */
export function noteOf({ vaultName, total }, noun) {
  return vaultName === undefined ? '' : `${inTotal(total, noun)} in ${vaultName}`
}

/**
 * A number with its noun: `1 vault`, `2 vaults`.
 *
 * @param {number} total
 * @param {string} noun
 */
export function inTotal(total, noun) {
  return `${count(total)} ${total === 1 ? noun : `${noun}s`}`
}

/**
 * A description, or a notice that the archive has no description.
 *
 * @param {string | null} description
 */
export function described(description) {
  return description ? foreign(description) : element('span', { class: 'none' }, 'no description')
}

/**
 * Buttons between the pages of a list; `null` if the list has only one page.
 *
 * @param {List} what
 * @param {{ readonly marker: string | null, readonly total: number }} listing
 * @param {View} view
 */
export function pager(what, { marker, total }, { pageNumber, pageCount, turnPage }) {
  const number = pageNumber(what)
  if (number === 1 && marker === null) return null
  const button = (
    /** @type {string} */ name,
    /** @type {string | null | undefined} */ to,
    /** @type {boolean} */ isOff,
  ) =>
    element(
      'button',
      { type: 'button', id: `${what}-${name}`, disabled: isOff, click: () => turnPage(what, to) },
      `${name} page`,
    )
  return element(
    'nav',
    { class: 'pager', 'aria-label': `Pages of ${what}` },
    button('First', null, number === 1),
    button('Previous', undefined, number === 1),
    element('span', {}, `Page ${count(number)} of ${count(pageCount(what, total))}`),
    button('Next', marker, marker === null),
  )
}
