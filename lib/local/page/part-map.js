/** A map of an upload's parts: one cell for each part, or for several if there are many. */
import { element } from './dom.js'
import { count } from './format.js'

/** The maximum number of cells of a map. */
const MAX_CELLS = 256
/** The maximum number of runs that are listed. */
const MAX_RUNS = 8

/** @typedef {readonly [first: number, last: number]} Run - 0-based indexes of parts, both inclusive */

/**
 * The map, from the first part to the last one received. The service does not know the total number of parts.
 *
 * @param {readonly Run[]} runs - the runs of received parts, sorted
 * @returns {HTMLElement}
 */
export function partMap(runs) {
  const total = (runs.at(-1)?.[1] ?? -1) + 1
  const perCell = Math.max(1, Math.ceil(total / MAX_CELLS))
  const cells = []
  for (let first = 0, run = 0; first < total; first += perCell) {
    const last = Math.min(first + perCell, total) - 1
    let there = 0
    for (let i = run; i < runs.length; i++) {
      const [from, to] = /** @type {Run} */ (runs[i])
      if (from > last) break
      there += Math.max(0, Math.min(to, last) - Math.max(from, first) + 1)
      if (to <= last) run = i + 1
    }
    const state = there === 0 ? 'missing' : there > last - first ? 'there' : 'some'
    const parts = first === last ? `Part ${count(first + 1)}` : `Parts ${count(first + 1)}–${count(last + 1)}`
    const words = { missing: 'not received', there: 'received', some: 'received in part' }
    cells.push(element('span', { class: `cell ${state}`, title: `${parts}: ${words[state]}` }))
  }
  return element('div', { class: 'map', role: 'img', 'aria-label': inWords(runs) }, ...cells)
}

/**
 * @param {readonly Run[]} runs
 * @returns {string} `Received: parts 1–3, 5. Missing before the last of them: 4.`
 */
export function inWords(runs) {
  if (runs.length === 0) return 'No part has been received.'
  /** @type {Run[]} */
  const gaps = []
  let next = 0
  for (const [first, last] of runs) {
    if (first > next) gaps.push([next, first - 1])
    next = last + 1
  }
  const received = `Received: parts ${listed(runs)}.`
  return gaps.length === 0 ? received : `${received} Missing before the last of them: ${listed(gaps)}.`
}

/**
 * @param {readonly Run[]} runs
 * @returns {string} with 1-based numbers
 */
function listed(runs) {
  const shown = runs.slice(0, MAX_RUNS).map(([first, last]) => {
    return first === last ? count(first + 1) : `${count(first + 1)}–${count(last + 1)}`
  })
  const more = runs.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${count(more)} more ranges` : shown.join(', ')
}
