/** The panel of the uploads in progress of the chosen vault, with a map of the parts of each. */
import { element, identifier, table } from './dom.js'
import { count, size, time } from './format.js'
import { described, noteOf, ofVault, pager, withVault } from './listing.js'
import { inWords, partMap } from './part-map.js'

/** @typedef {import('./page.js').Panel} Panel */
/** @typedef {import('./page.js').View} View */

/** @type {Panel} */
export const UPLOADS = {
  id: 'uploads',
  load: async (view) => {
    const { choice, list } = view
    const listing = await ofVault('uploads', view)
    const isOpen = listing.uploads?.some((/** @type {any} */ { uploadId }) => uploadId === choice.uploadId)
    if (!isOpen) return listing
    const parts = await list('parts', { vaultName: choice.vaultName, uploadId: choice.uploadId })
    return { ...listing, open: choice.uploadId, parts }
  },
  note: (listing) => noteOf(listing, 'upload'),
  render: (listing, view) =>
    withVault(listing, () => [
      ...(listing.uploads.length === 0
        ? [element('p', { class: 'empty' }, 'Nothing is being uploaded to the vault.')]
        : []),
      ...listing.uploads.map((/** @type {any} */ upload) => uploadCard(upload, listing, view)),
      pager('uploads', listing, view),
    ]),
}

/**
 * @param {any} upload
 * @param {any} listing
 * @param {View} view
 */
function uploadCard(
  { uploadId, description, partSize, partCount, creationDate, runs },
  { open, parts },
  view,
) {
  const isOpen = open === uploadId
  const toggle = {
    type: 'button',
    id: `parts-of-${uploadId}`,
    'aria-expanded': String(isOpen),
    click: () => view.chooseUpload(isOpen ? undefined : uploadId),
  }
  return element(
    'article',
    { class: 'upload', 'aria-label': `Upload ${uploadId}` },
    element('h3', {}, described(description)),
    element(
      'dl',
      { class: 'facts' },
      fact('Upload ID', identifier(uploadId)),
      fact('Parts received', count(partCount)),
      fact('Part size', size(partSize)),
      fact('Begun (UTC)', time(creationDate)),
    ),
    partMap(runs),
    element('p', { class: 'hint' }, inWords(runs)),
    element('button', toggle, isOpen ? 'Hide the list of parts' : 'List the parts'),
    ...(isOpen ? [partTable(parts), pager('parts', parts, view)] : []),
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
function fact(name, value) {
  return element('div', {}, element('dt', {}, name), element('dd', {}, value))
}
