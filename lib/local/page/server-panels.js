/** The panels of the server: its faults, traffic and costs. */
import { element, foreign, table } from './dom.js'
import { count, money, size } from './format.js'

/** @typedef {import('./page.js').Panel} Panel */

/** @type {Panel} */
export const FAULTS = faultsPanel('faults', 'faults', 'Faults')

/** @type {Panel} */
export const TRAFFIC = trafficPanel('traffic', 'traffic', 'Traffic')

/**
 * The panel of the faults of a server.
 *
 * @param {string} id - of its section
 * @param {string} path - of the control
 * @param {string} name - of its table
 * @returns {Panel}
 */
export function faultsPanel(id, path, name) {
  return {
    id,
    load: ({ get }) => get(path),
    note: ({ faults }) => (faults.length === 1 ? '1 rule' : `${count(faults.length)} rules`),
    render: ({ faults }) => [
      table(
        name,
        [
          { name: 'Fault' },
          { name: 'Operation' },
          { name: 'Which requests' },
          { name: 'At most (times)', isNumber: true },
          { name: 'Rate', isNumber: true },
        ],
        faults.map(
          (/** @type {any} */ { fault, status, code, operation, nth, every, times, bytesPerSecond }) => [
            [fault, status, code].filter((text) => text !== undefined).join(' '),
            operation ?? 'any',
            nth ? `only number ${count(nth)}` : every ? `one in ${count(every)}` : 'all',
            times ? count(times) : 'no limit',
            bytesPerSecond ? `${size(bytesPerSecond)}/s` : '–',
          ],
        ),
        'There are no fault rules.',
      ),
    ],
  }
}

/**
 * The panel of the traffic of a server.
 *
 * @param {string} id - of its section
 * @param {string} path - of the control
 * @param {string} name - of its table
 * @returns {Panel}
 */
export function trafficPanel(id, path, name) {
  return {
    id,
    load: ({ get }) => get(path),
    note: () => 'since the server was started',
    render: (traffic) => [
      table(
        name,
        [
          { name: 'Operation' },
          { name: 'Requests', isNumber: true },
          { name: 'Carried out', isNumber: true },
          { name: 'Under way', isNumber: true },
          { name: 'Most at once', isNumber: true },
          { name: 'Bytes in bodies', isNumber: true },
        ],
        Object.entries(traffic)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([operation, { requests, carriedOut, underWay, maxAtOnce, bytes }]) => [
            operation === 'none' ? 'no such operation' : operation,
            count(requests),
            count(carriedOut),
            count(underWay),
            count(maxAtOnce),
            element('span', { title: `${count(bytes)} bytes` }, size(bytes)),
          ]),
        'No request was received.',
      ),
    ],
  }
}

/** @type {Panel} */
export const COSTS = costsPanel('costs', 'costs', 'Costs')

/**
 * The panel of the costs of a server.
 *
 * @param {string} id - of its section
 * @param {string} path - of the control
 * @param {string} name - of its table
 * @returns {Panel}
 */
export function costsPanel(id, path, name) {
  return {
    id,
    load: ({ get }) => get(path),
    note: (costs) => `${sumOf(costs)} in all accounts and regions, since the server was started`,
    render: (all) => {
      const costs = table(
        name,
        [
          { name: 'Item' },
          { name: 'Quantity', isNumber: true },
          { name: 'Unit' },
          { name: 'Amount', isNumber: true },
        ],
        all.lines.map((/** @type {any} */ { item, quantity, unit, amount }) => [
          foreign(item),
          new Intl.NumberFormat('en', { maximumFractionDigits: 9 }).format(quantity),
          foreign(unit),
          amount === null ? 'unknown' : money(amount, all.currency),
        ]),
        'Nothing has been charged.',
      )
      const sum = element(
        'tfoot',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'row', colspan: '3' }, 'Total'),
          element('td', { class: 'number' }, sumOf(all)),
        ),
      )
      costs.querySelector('table')?.append(sum)
      return [costs]
    },
  }
}

/**
 * The total. A price that is unknown makes it a lower bound.
 *
 * @param {any} costs
 */
function sumOf({ total, isAtLeast, currency }) {
  return `${isAtLeast ? 'at least ' : ''}${money(total, currency)}`
}
