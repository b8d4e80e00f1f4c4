/**
 * Creates elements. Texts from the server are inserted as text, never as HTML.
 */
import { visible, visiblePieces } from './format.js'

/** @typedef {Node | string | number | null | undefined} Child */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | ((event: Event) => void)>} [attributes] - a function is a listener of the event of that name
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value)
    else if (value !== false) made.setAttribute(name, value === true ? '' : value)
  }
  fill(made, ...children)
  return made
}

/**
 * The element of the page's HTML with an ID.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`The page has no ${type.name} #${id}.`)
}

/**
 * A text from outside: its invisible characters are shown as escapes, and its direction does not affect other text.
 *
 * @param {string} text
 * @returns {HTMLElement}
 */
export function foreign(text) {
  const pieces = visiblePieces(text).map(({ text, isEscape }) =>
    isEscape ? element('span', { class: 'escape' }, text) : text,
  )
  return element('bdi', {}, ...pieces)
}

/**
 * An ID or a hash. CSS cuts it if it does not fit, and one click selects all of it.
 *
 * @param {string} text
 * @returns {HTMLElement}
 */
export function identifier(text) {
  return element('code', { class: 'id', title: visible(text) }, visible(text))
}

/**
 * @typedef {object} Column
 * @property {string} name
 * @property {boolean} [isNumber] - aligned at the right
 */

/**
 * A table that can be scrolled horizontally in a narrow window. The first cell of a row is its heading.
 *
 * @param {string} name - for screen readers
 * @param {readonly Column[]} columns
 * @param {readonly (readonly Child[])[]} rows
 * @param {string} empty - the text shown if there are no rows
 * @returns {HTMLElement}
 */
export function table(name, columns, rows, empty) {
  if (rows.length === 0) return element('p', { class: 'empty' }, empty)
  const cell = (/** @type {'th' | 'td'} */ tag, /** @type {number} */ i, /** @type {Child} */ child) => {
    const scope = tag === 'th' ? { scope: 'row' } : {}
    return element(tag, { ...scope, ...(columns[i]?.isNumber && { class: 'number' }) }, child)
  }
  const heads = columns.map(({ name, isNumber }) =>
    element('th', { scope: 'col', ...(isNumber && { class: 'number' }) }, name),
  )
  const lines = rows.map((row) =>
    element('tr', {}, ...row.map((child, i) => cell(i === 0 ? 'th' : 'td', i, child))),
  )
  return element(
    'div',
    {
      class: 'scroll',
      id: `table-${name.toLowerCase().replaceAll(' ', '-')}`,
      tabindex: '0',
      role: 'region',
      'aria-label': name,
    },
    element('table', {}, element('thead', {}, element('tr', {}, ...heads)), element('tbody', {}, ...lines)),
  )
}

/**
 * Replaces the content of an element. The focus and the scroll positions of tables are kept for elements with the same IDs.
 *
 * @param {Element} target
 * @param {...Child} children
 */
export function fill(target, ...children) {
  const focused = document.activeElement
  const focusedId = focused && target.contains(focused) ? focused.id : ''
  const scrolled = [...target.querySelectorAll('.scroll')].map(({ id, scrollLeft }) => ({ id, scrollLeft }))
  target.replaceChildren(
    ...children.flatMap((child) => (child === null || child === undefined ? [] : [toNode(child)])),
  )
  for (const { id, scrollLeft } of scrolled) {
    const again = document.getElementById(id)
    if (again) again.scrollLeft = scrollLeft
  }
  if (focusedId !== '') document.getElementById(focusedId)?.focus({ preventScroll: true })
}

/**
 * @param {Node | string | number} child
 * @returns {Node | string}
 */
function toNode(child) {
  return child instanceof Node ? child : String(child)
}

/**
 * Sets the text of an element, unless it has that text: a screen reader would read it again.
 *
 * @param {Element} target
 * @param {string} text
 */
export function write(target, text) {
  const shown = visible(text)
  if (target.textContent !== shown) target.textContent = shown
}

/**
 * Sets the options of a select element, unless it has them already. The selected value is kept.
 *
 * @param {HTMLSelectElement} select
 * @param {readonly (readonly [name: string, value: string])[]} options
 */
export function offer(select, options) {
  const isSame =
    select.options.length === options.length &&
    options.every(
      ([name, value], i) => select.options[i]?.value === value && select.options[i]?.text === name,
    )
  if (isSame) return
  const { value } = select
  fill(select, ...options.map(([name, value]) => element('option', { value }, name)))
  if (options.some((option) => option[1] === value)) select.value = value
}
