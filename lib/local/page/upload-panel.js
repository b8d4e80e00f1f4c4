/** The panel of the uploads in progress of the chosen vault, with a map of the parts of each. */
import { element, identifier, table } from './dom.js'
import { count, size, time } from './format.js'
import { described, noteOf, ofChosen, pager, withChosen } from './listing.js'
import { inWords, partMap } from './part-map.js'

/** @typedef {import('./page.js').Panel} Panel */
/** @typedef {import('./page.js').View} View */

/** @type {Panel} */
export const UPLOADS = {
  id: 'uploads',
  load: async (view) => {
    const { choice, list } = view
    const listing = await ofChosen('vaultName', 'uploads', view)
    const isOpen = listing.uploads?.some((/** @type {any} */ { uploadId }) => uploadId === choice.uploadId)
    if (!isOpen) return listing
    const parts = await list('parts', { vaultName: choice.vaultName, uploadId: choice.uploadId })
    return { ...listing, open: choice.uploadId, parts }
  },
  note: (listing) => noteOf(listing, 'upload'),
  render: (listing, view) =>
    withChosen('vaultName', listing, () => [
      ...(listing.uploads.length === 0
        ? [element('p', { class: 'empty' }, 'Nothing is being uploaded to the vault.')]
        : []),
      ...listing.uploads.map((/** @type {any} */ upload) => {
        const { uploadId, description, partSize, partCount, creationDate, runs } = upload
        const isOpen = listing.open === uploadId
        const facts = [
          fact('Upload ID', identifier(uploadId)),
          fact('Parts received', count(partCount)),
          fact('Part size', size(partSize)),
          fact('Begun (UTC)', time(creationDate)),
        ]
        return uploadCard({ uploadId, heading: described(description), facts, runs }, view, 'uploadId', [
          ...(isOpen ? [partTable(listing.parts), pager('parts', listing.parts, view)] : []),
        ])
      }),
      pager('uploads', listing, view),
    ]),
}

/**
 * An upload in progress, with a button that shows its parts, or hides them.
 *
 * @param {{ uploadId: string, heading: Node, facts: readonly Node[], runs: readonly import('./part-map.js').Run[] }} upload
 * @param {View} view
 * @param {'uploadId' | 'bucketUploadId'} chosen - the choice that the button changes
 * @param {readonly (Node | null)[]} parts - those that are shown
 */
export function uploadCard({ uploadId, heading, facts, runs }, { choice, choose }, chosen, parts) {
  const isOpen = choice[chosen] === uploadId
  const toggle = {
    type: 'button',
    id: `parts-of-${uploadId}`,
    'aria-expanded': String(isOpen),
    click: () => choose({ [chosen]: isOpen ? undefined : uploadId }, ['parts', 'bucket-parts']),
  }
  return element(
    'article',
    { class: 'upload', 'aria-label': `Upload ${uploadId}` },
    element('h3', {}, heading),
    element('dl', { class: 'facts' }, ...facts),
    partMap(runs),
    element('p', { class: 'hint' }, inWords(runs)),
    element('button', toggle, isOpen ? 'Hide the list of parts' : 'List the parts'),
    ...parts,
  )
}

/** @param {any} listing */
function partTable({ parts }) {
  return table(
    'Parts',
    [
      { name: 'Part', isNumber: true },
      { name: 'Bytes', isNumber: true },
      { name: 'Size', isNumber: true },
      { name: 'Tree hash' },
    ],
    parts.map((/** @type {any} */ { index, start, end, treeHash }) => [
      count(index + 1),
      `${count(start)}–${count(end - 1)}`,
      size(end - start),
      identifier(treeHash),
    ]),
    'No part has been received.',
  )
}

/**
 * @param {string} name
 * @param {Node | string} value
 */
export function fact(name, value) {
  return element('div', {}, element('dt', {}, name), element('dd', {}, value))
}
