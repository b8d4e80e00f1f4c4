/**
 * The panels of the vaults, and of the archives and jobs of the chosen vault.
 *
 * A panel loads its data and creates nodes from it; see page.js.
 */
import { element, foreign, identifier, table } from './dom.js'
import { count, size, time } from './format.js'
import {
  choiceButton,
  described,
  inTotal,
  loadChoices,
  noteOf,
  ofChosen,
  pager,
  withChosen,
} from './listing.js'

/** @typedef {import('./page.js').Panel} Panel */
/** @typedef {import('./page.js').View} View */

/** @type {Panel} */
export const VAULTS = {
  id: 'vaults',
  load: (view) => loadChoices('vaults', 'vaultName', view),
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
      listing.vaults.map((/** @type {any} */ vault) => vaultRow(vault, listing.name, view)),
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
  const name = choiceButton(`vault-${vaultName}`, vaultName, vaultName === chosen, () => {
    choose({ vaultName, uploadId: undefined }, ['archives', 'uploads', 'jobs', 'parts'])
  })
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
  load: (view) => ofChosen('vaultName', 'archives', view),
  note: (listing) => noteOf(listing, 'archive'),
  render: (listing, view) =>
    withChosen('vaultName', listing, () => [
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
export const JOBS = {
  id: 'jobs',
  load: (view) => ofChosen('vaultName', 'jobs', view),
  note: (listing) => noteOf(listing, 'job'),
  render: (listing, view) =>
    withChosen('vaultName', listing, () => [
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
