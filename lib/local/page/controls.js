/** The forms and buttons that change something. */
import { byId, offer } from './dom.js'
import { count, span } from './format.js'

/** @typedef {(method: string, path: string, body: object, done: (answer: any) => string) => void} Act */
/** @typedef {import('./format.js').Delays} Delays */

const UNITS = /** @type {const} */ ([
  ['seconds', '1000'],
  ['minutes', '60000'],
  ['hours', '3600000'],
  ['days', '86400000'],
])

/**
 * Makes the forms and buttons work.
 *
 * @param {Act} act - carries out a control, shows its message, and refreshes the page
 * @param {() => { region: string, accountId: string } | undefined} place - the account and region that are shown
 * @param {() => string | undefined} chosenVault
 * @param {() => Delays | undefined} delays - the duration of jobs
 */
export function wireControls(act, place, chosenVault, delays) {
  wireClock(act)
  wireDelay(act, delays)
  wireJobs(act, place)
  wireFaults(act, '', 'faults')
  onSubmit('inventory-form', () => {
    const vaultName = chosenVault()
    act('POST', 'inventory', { ...place(), vaultName }, () => `The inventory of ${vaultName} was taken.`)
  })
  byId('whole-ids', HTMLInputElement).addEventListener('change', () => {
    document.body.classList.toggle('whole-ids', byId('whole-ids', HTMLInputElement).checked)
  })
}

/** @param {Act} act */
function wireClock(act) {
  const advance = (/** @type {number} */ milliseconds) =>
    act('POST', 'clock', { advance: milliseconds }, () => `The clock was advanced by ${span(milliseconds)}.`)
  for (const button of document.querySelectorAll('[data-advance]')) {
    button.addEventListener('click', () => advance(Number(button.getAttribute('data-advance'))))
  }
  offerUnits('advance-unit')
  onSubmit('clock-form', () => advance(millisecondsIn('advance')))
}

/**
 * @param {Act} act
 * @param {() => Delays | undefined} delays
 */
function wireDelay(act, delays) {
  offerUnits('delay-unit')
  onSubmit('delay-form', () => {
    const milliseconds = millisecondsIn('delay')
    const kind = byId('delay-kind', HTMLSelectElement)
    const [only] = kind.selectedOptions
    const jobDelay = kind.value === '' ? milliseconds : { ...delays(), [kind.value]: milliseconds }
    const those = kind.value === '' ? 'Jobs' : `Jobs of the kind ${only?.text}`
    act('PUT', 'job-delay', { jobDelay }, () => `${those} that are started now take ${span(milliseconds)}.`)
  })
}

/**
 * @param {Act} act
 * @param {() => object | undefined} place
 */
function wireJobs(act, place) {
  const ended = (/** @type {{ jobs: number }} */ { jobs }) =>
    jobs === 1 ? '1 job was ended.' : `${count(jobs)} jobs were ended.`
  onClick('complete-jobs', () => act('POST', 'jobs/complete', { ...place() }, ended))
  onClick('fail-jobs', () => act('POST', 'jobs/fail', { ...place() }, ended))
}

/**
 * Makes the form of the faults of a server work.
 *
 * @param {Act} act
 * @param {string} prefix - of the IDs of its fields
 * @param {string} path - of the controls
 * @param {() => object} [more] - further fields of a rule
 */
export function wireFaults(act, prefix, path, more = () => ({})) {
  const fault = byId(`${prefix}fault`, HTMLSelectElement)
  const which = byId(`${prefix}which`, HTMLSelectElement)
  fault.addEventListener('change', () => {
    byId(`${prefix}rate`, HTMLInputElement).disabled = fault.value !== 'slow'
  })
  which.addEventListener('change', () => {
    byId(`${prefix}n`, HTMLInputElement).disabled = which.value === 'all'
  })
  onSubmit(`${prefix}fault-form`, () => {
    const operation = byId(`${prefix}operation`, HTMLSelectElement).value || undefined
    const [times, bytesPerSecond] = [numberIn(`${prefix}times`), numberIn(`${prefix}rate`)]
    const rule = { fault: fault.value, operation, times, bytesPerSecond, ...more() }
    const body = which.value === 'all' ? rule : { ...rule, [which.value]: numberIn(`${prefix}n`) }
    act('POST', path, body, () => `The fault ${rule.fault} was added.`)
  })
  onClick(`${prefix}clear-faults`, () => act('DELETE', path, {}, () => 'All faults were cleared.'))
}

/** @param {string} id - the ID of a select element */
function offerUnits(id) {
  offer(byId(id, HTMLSelectElement), UNITS)
  byId(id, HTMLSelectElement).value = '3600000'
}

/**
 * @param {string} id - the ID of the number's field; that of its unit ends in `-unit`
 * @returns {number}
 */
function millisecondsIn(id) {
  return byId(id, HTMLInputElement).valueAsNumber * Number(byId(`${id}-unit`, HTMLSelectElement).value)
}

/**
 * @param {string} id
 * @returns {number | undefined} `undefined` if the field is empty or disabled
 */
export function numberIn(id) {
  const { valueAsNumber, disabled } = byId(id, HTMLInputElement)
  return disabled || Number.isNaN(valueAsNumber) ? undefined : valueAsNumber
}

/**
 * Handles a form, which the browser itself never submits.
 *
 * @param {string} id
 * @param {() => void} submit
 */
function onSubmit(id, submit) {
  byId(id, HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
}

/**
 * @param {string} id
 * @param {() => void} click
 */
export function onClick(id, click) {
  byId(id, HTMLElement).addEventListener('click', click)
}
