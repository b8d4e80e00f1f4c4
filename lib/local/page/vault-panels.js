/**
 * What the page shows of vaults: a list of them, and of the chosen one its archives, uploads and jobs.
 *
 * A panel loads its data and makes nodes of it; see page.js.
 */
import { element, foreign, identifier, table } from './dom.js'
import { count, size, time } from './format.js'
import { inWords, partMap } from './part-map.js'

/** @typedef {import('./page.js').List} List */
/** @typedef {import('./page.js').Panel} Panel */
/** @typedef {import('./page.js').View} View */

/** @type {Panel} */
export const VAULTS = {
  id: 'vaults',
  load: async ({ list, choice, pageNumber }) => {
    const listing = await list('vaults')
    const isWhole = pageNumber('vaults') === 1 && listing.marker === null
    const isGone =
      isWhole && !listing.vaults.some((/** @type {any} */ it) => it.vaultName === choice.vaultName)
    if (isGone || choice.vaultName === undefined) choice.vaultName = listing.vaults[0]?.vaultName
    return { ...listing, chosen: choice.vaultName }
  },
  note: ({ total }) => inTotal(total, 'vault'),
  render: (listing, view) => [
    table(
      'Vaults',
      [
        { name: 'Vault' },
        { name: 'Archives', isNumber: true },
        { name: 'Uploads', isNumber: true },
        { name: 'Jobs', isNumber: true },
        { name: 'Created (UTC)' },
        { name: 'Last inventory (UTC)' },
        { name: 'Archives then', isNumber: true },
        { name: 'Size then', isNumber: true },
      ],
      listing.vaults.map((/** @type {any} */ vault) => vaultRow(vault, listing.chosen, view)),
      'There is no vault yet.',
    ),
    pager('vaults', listing, view),
  ],
}

/**
 * @param {any} vault
 * @param {string} chosen
 * @param {View} view
 */
function vaultRow({ vaultName, unreadable, inventory, ...vault }, chosen, { choose }) {
  const attributes = {
    type: 'button',
    class: 'choice',
    id: `vault-${vaultName}`,
    title: vaultName, // which CSS cuts where it is long
    'aria-pressed': String(vaultName === chosen),
  }
  const name = element('button', { ...attributes, click: () => choose(vaultName) }, foreign(vaultName))
  if (unreadable) return [name, '–', '–', '–', 'cannot be read', '–', '–', '–']
  return [
    name,
    count(vault.archiveCount),
    count(vault.uploadCount),
    count(vault.jobCount),
    time(vault.creationDate),
    inventory ? time(inventory.date) : 'none yet',
    inventory ? count(inventory.archiveCount) : '–',
    inventory ? size(inventory.size) : '–',
  ]
}

/** @type {Panel} */
export const ARCHIVES = {
  id: 'archives',
  load: (view) => ofVault('archives', view),
  note: (listing) => noteOf(listing, 'archive'),
  render: (listing, view) =>
    withVault(listing, () => [
      table(
        'Archives',
        [
          { name: 'Archive ID' },
          { name: 'Description' },
          { name: 'Size', isNumber: true },
          { name: 'Created (UTC)' },
          { name: 'Tree hash' },
        ],
        listing.archives.map((/** @type {any} */ archive) => [
          identifier(archive.archiveId),
          described(archive.description),
          element('span', { title: `${count(archive.size)} bytes` }, size(archive.size)),
          time(archive.creationDate),
          identifier(archive.treeHash),
        ]),
        'The vault has no archive.',
      ),
      pager('archives', listing, view),
    ]),
}

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

/** @type {Panel} */
export const JOBS = {
  id: 'jobs',
  load: (view) => ofVault('jobs', view),
  note: (listing) => noteOf(listing, 'job'),
  render: (listing, view) =>
    withVault(listing, () => [
      table(
        'Jobs',
        [
          { name: 'Job ID' },
          { name: 'Action' },
          { name: 'Status' },
          { name: 'Description' },
          { name: 'Archive ID' },
          { name: 'Range (bytes)' },
          { name: 'Tier' },
          { name: 'Started (UTC)' },
          { name: 'Ended (UTC)' },
        ],
        listing.jobs.map((/** @type {any} */ job) => [
          identifier(job.JobId),
          job.Action === 'ArchiveRetrieval' ? 'Archive' : 'Inventory',
          status(job),
          described(job.JobDescription),
          job.ArchiveId ? identifier(job.ArchiveId) : '–',
          job.RetrievalByteRange ?? '–',
          job.Tier ?? '–',
          time(job.CreationDate),
          time(job.CompletionDate),
        ]),
        'The vault has no job. Jobs are forgotten a day after they end.',
      ),
      pager('jobs', listing, view),
    ]),
}

/** @param {any} job */
function status({ StatusCode, StatusMessage }) {
  const badge = element('span', { class: `badge ${String(StatusCode).toLowerCase()}` }, StatusCode)
  return StatusCode === 'Failed' ? element('span', {}, badge, ': ', foreign(StatusMessage)) : badge
}

/**
 * @param {List} what
 * @param {View} view
 */
async function ofVault(what, { list, choice }) {
  const { vaultName } = choice
  return vaultName === undefined ? {} : { vaultName, ...(await list(what, { vaultName })) }
}

/**
 * @param {any} listing
 * @param {() => (Node | null)[]} render
 */
function withVault({ vaultName }, render) {
  return vaultName === undefined ? [element('p', { class: 'empty' }, 'No vault is chosen.')] : render()
}

/**
 * @param {any} listing
 * @param {string} noun
 */
function noteOf({ vaultName, total }, noun) {
  return vaultName === undefined ? '' : `${inTotal(total, noun)} in ${vaultName}`
}

/**
 * @param {number} total
 * @param {string} noun
 */
function inTotal(total, noun) {
  return `${count(total)} ${total === 1 ? noun : `${noun}s`}`
}

/** @param {string | null} description */
function described(description) {
  return description ? foreign(description) : element('span', { class: 'none' }, 'no description')
}

/**
 * @param {string} name
 * @param {Node | string} value
 */
function fact(name, value) {
  return element('div', {}, element('dt', {}, name), element('dd', {}, value))
}

/**
 * Buttons between the pages of a list; nothing where one page is all.
 *
 * @param {List} what
 * @param {{ readonly marker: string | null, readonly total: number }} listing
 * @param {View} view
 */
function pager(what, { marker, total }, { pageNumber, pageCount, turnPage }) {
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
