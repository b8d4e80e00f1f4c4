/** The elements that panels about lists share: notes, descriptions, and the buttons between pages. */
import { element, foreign } from './dom.js'
import { count } from './format.js'

/** @typedef {import('./page.js').List} List */
/** @typedef {import('./page.js').View} View */

/** @typedef {'vaultName' | 'bucket'} Chosen - what is chosen, as queries name it */

const NOUNS = { vaultName: 'vault', bucket: 'bucket' }

/**
 * The current page of a list to choose from. Unless the item that was chosen may be on another page, or is on this one, the
 * first one is chosen.
 *
 * @param {'vaults' | 'buckets'} what
 * @param {Chosen} chosen
 * @param {View} view
 */
export async function loadChoices(what, chosen, { list, choice, pageNumber }) {
  const listing = await list(what)
  const names = listing[what].map((/** @type {any} */ item) => item[chosen])
  const isWhole = pageNumber(what) === 1 && listing.marker === null
  const isGone = isWhole && !names.includes(choice[chosen])
  if (isGone || choice[chosen] === undefined) choice[chosen] = names[0]
  return { ...listing, name: choice[chosen] }
}

/**
 * A button that chooses an item of a list.
 *
 * @param {string} id
 * @param {string} name
 * @param {boolean} isChosen
 * @param {() => void} click
 */
export function choiceButton(id, name, isChosen, click) {
  const pressed = String(isChosen)
  const attributes = { type: 'button', class: 'choice', id, 'aria-pressed': pressed, click }
  return element('button', { ...attributes, title: name }, foreign(name)) // CSS cuts a long name
}

/**
 * A list of the chosen vault or bucket; an empty object if none is chosen.
 *
 * @param {Chosen} chosen
 * @param {List} what
 * @param {View} view
 */
export async function ofChosen(chosen, what, { list, choice }) {
  const name = choice[chosen]
  return name === undefined ? {} : { name, ...(await list(what, { [chosen]: name })) }
}

/**
 * The content of a panel about a vault or a bucket, or a notice that none is chosen.
 *
 * @param {Chosen} chosen
 * @param {any} listing
 * @param {() => (Node | null)[]} render
 */
export function withChosen(chosen, { name }, render) {
  return name === undefined ? [element('p', { class: 'empty' }, `No ${NOUNS[chosen]} is chosen.`)] : render()
}

/**
 * The line beside the heading of a panel about a vault or a bucket.
 *
 * @param {any} listing
 * @param {string} noun
 */
export function noteOf({ name, total }, noun) {
  return name === undefined ? '' : `${inTotal(total, noun)} in ${name}`
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
