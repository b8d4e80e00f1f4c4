/** The panels of the buckets, of the objects of the chosen bucket, and of their faults, traffic and costs. */
import { element, foreign, identifier, table } from '../dom.js'
import { count, size, time } from '../format.js'
import { choiceButton, inTotal, loadChoices, noteOf, ofChosen, pager, withChosen } from '../listing.js'
import { costsPanel, faultsPanel, trafficPanel } from '../server-panels.js'
import { offerBucketFaults } from './bucket-sections.js'
import { BUCKET_UPLOADS } from './bucket-upload-panel.js'

/** @typedef {import('../page.js').Panel} Panel */
/** @typedef {import('../page.js').View} View */

/** @type {Panel} */
export const BUCKETS = {
  id: 'buckets',
  load: (view) => loadChoices('buckets', 'bucket', view),
  note: ({ total }) => inTotal(total, 'bucket'),
  render: (listing, view) => [
    table(
      'Buckets',
      [
        { name: 'Bucket' },
        { name: 'Objects', isNumber: true },
        { name: 'Uploads', isNumber: true },
        { name: 'Created (UTC)' },
      ],
      listing.buckets.map((/** @type {any} */ { bucket, objectCount, uploadCount, creationDate }) => [
        choiceButton(`choice-of-bucket-${bucket}`, bucket, bucket === listing.name, () => {
          view.choose({ bucket, bucketUploadId: undefined }, ['objects', 'bucket-uploads', 'bucket-parts'])
        }),
        count(objectCount),
        count(uploadCount),
        time(creationDate),
      ]),
      'There is no bucket yet.',
    ),
    pager('buckets', listing, view),
  ],
}

/** @type {Panel} */
const OBJECTS = {
  id: 'objects',
  load: (view) => ofChosen('bucket', 'objects', view),
  note: (listing) => noteOf(listing, 'object'),
  render: (listing, view) =>
    withChosen('bucket', listing, () => [
      table(
        'Objects',
        [
          { name: 'Key' },
          { name: 'Size', isNumber: true },
          { name: 'Class' },
          { name: 'State' },
          { name: 'Last modified (UTC)' },
          { name: 'Parts', isNumber: true },
          { name: 'ETag' },
        ],
        listing.objects.map(objectRow),
        'The bucket has no object.',
      ),
      pager('objects', listing, view),
    ]),
}

/** @type {Panel} */
const BUCKET_FAULTS = {
  ...faultsPanel('bucket-faults', 'buckets/faults', 'Faults of buckets'),
  load: async ({ get }) => {
    offerBucketFaults(await get('buckets/overview'))
    return get('buckets/faults')
  },
}

/** The panels besides {@link BUCKETS}, which must be shown first. */
export const BUCKET_PANELS = [
  OBJECTS,
  BUCKET_UPLOADS,
  BUCKET_FAULTS,
  trafficPanel('bucket-traffic', 'buckets/traffic', 'Traffic of buckets'),
  costsPanel('bucket-costs', 'buckets/costs', 'Costs of buckets'),
]

/** @param {any} object */
function objectRow({ key, unreadable, restore, restoredUntil, ...object }) {
  const name = foreign(key)
  if (unreadable) return [name, '–', '–', 'cannot be read', '–', '–', '–']
  return [
    name,
    element('span', { title: `${count(object.size)} bytes` }, size(object.size)),
    object.storageClass,
    state(restore, restoredUntil),
    time(object.lastModified),
    object.partCount === null ? 'whole' : count(object.partCount),
    identifier(object.etag),
  ]
}

/**
 * @param {'none' | 'ongoing' | 'restored' | null} restore - the restored copy; `null` if none is needed
 * @param {string | null} until - when the copy expires
 */
function state(restore, until) {
  if (restore === null) return 'can be read'
  if (restore === 'none') return 'archived'
  if (restore === 'ongoing') return element('span', { class: 'badge' }, 'being restored')
  return element('span', { class: 'badge succeeded' }, `restored until ${time(until)}`)
}
