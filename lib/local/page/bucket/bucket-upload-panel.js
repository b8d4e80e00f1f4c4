/** The panel of the uploads in progress of the chosen bucket, with a map of the parts of each. */
import { element, foreign, identifier, table } from '../dom.js'
import { count, size, time } from '../format.js'
import { noteOf, ofChosen, pager, withChosen } from '../listing.js'
import { fact, uploadCard } from '../upload-panel.js'

/** @typedef {import('../page.js').Panel} Panel */
/** @typedef {import('../page.js').View} View */

/** @type {Panel} */
export const BUCKET_UPLOADS = {
  id: 'bucket-uploads',
  load: async (view) => {
    const { choice, list } = view
    const listing = await ofChosen('bucket', 'bucket-uploads', view)
    const { bucket, bucketUploadId: uploadId } = choice
    const isOpen = listing.uploads?.some((/** @type {any} */ upload) => upload.uploadId === uploadId)
    if (!isOpen) return listing
    return { ...listing, open: uploadId, parts: await list('bucket-parts', { bucket, uploadId }) }
  },
  note: (listing) => noteOf(listing, 'upload'),
  render: (listing, view) =>
    withChosen('bucket', listing, () => [
      ...(listing.uploads.length === 0
        ? [element('p', { class: 'empty' }, 'Nothing is being uploaded to the bucket.')]
        : []),
      ...listing.uploads.map((/** @type {any} */ upload) => card(upload, listing, view)),
      pager('bucket-uploads', listing, view),
    ]),
}

/**
 * @param {any} upload
 * @param {any} listing
 * @param {View} view
 */
function card({ uploadId, key, storageClass, partCount, initiated, runs }, { open, parts }, view) {
  const facts = [
    fact('Upload ID', identifier(uploadId)),
    fact('Class', storageClass),
    fact('Parts received', count(partCount)),
    fact('Begun (UTC)', time(initiated)),
  ]
  const indexes = runs.map((/** @type {any} */ [first, last]) => [first - 1, last - 1])
  const upload = { uploadId, heading: foreign(key), facts, runs: indexes }
  const shown = open === uploadId ? [partTable(parts), pager('bucket-parts', parts, view)] : []
  return uploadCard(upload, view, 'bucketUploadId', shown)
}

/** @param {any} listing */
function partTable({ parts }) {
  return table(
    'Parts of the object',
    [
      { name: 'Part', isNumber: true },
      { name: 'Size', isNumber: true },
      { name: 'ETag' },
      { name: 'Checksum' },
    ],
    parts.map((/** @type {any} */ part) => [
      count(part.number),
      element('span', { title: `${count(part.size)} bytes` }, size(part.size)),
      identifier(part.etag),
      part.checksum === null ? '–' : identifier(part.checksum),
    ]),
    'No part has been received.',
  )
}
