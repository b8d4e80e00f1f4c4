/** The sections of the buckets, which are added to the page once the server has buckets, and shown while it has them. */
import { numberIn, onClick, wireFaults } from '../controls.js'
import { byId, element, offer } from '../dom.js'

/** @typedef {import('../controls.js').Act} Act */

/** The sections by ID, with their headings. */
const SECTIONS = /** @type {const} */ ([
  ['buckets', 'Buckets'],
  ['objects', 'Objects'],
  ['bucket-uploads', 'Uploads in progress to the bucket'],
  ['bucket-faults', 'Faults of buckets'],
  ['bucket-traffic', 'Traffic of buckets'],
  ['bucket-costs', 'Costs of buckets'],
])
/** The faults with a status, and those with a code. */
const WITH_STATUS = ['error', 'error-after']
const WITH_CODE = [...WITH_STATUS, 'error-in-200', 'error-in-200-after']

/** @type {readonly HTMLElement[]} what is shown only if there are buckets */
let added = []

/**
 * Offers the kinds of faults and the operations of the buckets in the form, which must have been added.
 *
 * @param {any} overview - of the buckets
 */
export function offerBucketFaults({ faultKinds, operations }) {
  const named = (/** @type {readonly string[]} */ names) =>
    names.map((name) => /** @type {const} */ ([name, name]))
  offer(byId('bucket-fault', HTMLSelectElement), named(faultKinds))
  offer(byId('bucket-operation', HTMLSelectElement), [['any', ''], ...named(operations)])
  enableFields()
}

/**
 * Shows the sections, or hides them. They are added when the server has buckets for the first time.
 *
 * @param {boolean} isServed - whether the server has buckets
 * @param {Act} act
 */
export function showBuckets(isServed, act) {
  if (isServed && added.length === 0) addSections(act)
  for (const it of added) it.hidden = !isServed
}

/** @param {Act} act */
function addSections(act) {
  const sections = SECTIONS.map(([id, heading]) => section(id, heading))
  byId('panels', HTMLElement).append(...sections)
  const links = SECTIONS.map(([id, heading]) => element('a', { href: `#${id}` }, heading))
  document.querySelector('#panels > nav')?.append(...links)
  const restores = restoreForm()
  document.querySelector('#controls .controls')?.append(restores)
  byId('bucket-faults', HTMLElement).append(faultForm())
  added = [...sections, ...links, restores]
  onClick('complete-restores', () => {
    act('POST', 'buckets/restores/complete', {}, () => 'All restores were completed.')
  })
  byId('bucket-fault', HTMLSelectElement).addEventListener('change', enableFields)
  wireFaults(act, 'bucket-', 'buckets/faults', () => {
    const { disabled, value } = byId('bucket-code', HTMLInputElement)
    return { status: numberIn('bucket-status'), code: disabled || value === '' ? undefined : value }
  })
}

/**
 * @param {string} id
 * @param {string} heading
 */
function section(id, heading) {
  const title = element('h2', { id: `${id}-heading` }, heading)
  return element(
    'section',
    { id, 'aria-labelledby': `${id}-heading` },
    element('div', { class: 'head' }, title, element('p', { class: 'note' })),
    element('div', { class: 'body' }),
  )
}

function restoreForm() {
  const button = element('button', { type: 'button', id: 'complete-restores' }, 'Complete all restores')
  return element(
    'form',
    {},
    element('h3', {}, 'Restores'),
    element('p', { class: 'hint' }, 'Makes all objects readable that are being restored.'),
    element('div', { class: 'row' }, button),
  )
}

/** The form of the faults of vaults once more, with IDs of its own, a status and a code. */
function faultForm() {
  const form = byId('fault-form', HTMLFormElement)
  const copy = /** @type {HTMLFormElement} */ (form.cloneNode(true))
  for (const it of [copy, ...copy.querySelectorAll('[id]')]) it.id = `bucket-${it.id}`
  for (const label of copy.querySelectorAll('label')) label.htmlFor = `bucket-${label.htmlFor}`
  const status = { type: 'number', min: '300', max: '599', step: '1', placeholder: '500' }
  const code = { type: 'text', pattern: '[\\w.]{1,100}', placeholder: 'InternalError', spellcheck: 'false' }
  copy.querySelector('.fields')?.append(field('status', 'Status', status), field('code', 'Code', code))
  return copy
}

/**
 * @param {string} name
 * @param {string} text
 * @param {Record<string, string>} attributes
 */
function field(name, text, attributes) {
  const id = `bucket-${name}`
  return element('p', {}, element('label', { for: id }, text), element('input', { id, ...attributes }))
}

/** Enables the fields that belong to the chosen fault. */
function enableFields() {
  const { value } = byId('bucket-fault', HTMLSelectElement)
  byId('bucket-status', HTMLInputElement).disabled = !WITH_STATUS.includes(value)
  byId('bucket-code', HTMLInputElement).disabled = !WITH_CODE.includes(value)
}
