/**
 * The controls that read the vaults of an account in a region. Lists are paged, and the items of a page are read one after
 * another, so that a vault of any size needs one file descriptor.
 */
import { jobDescription } from '../jobs/job-description.js'
import { jobSortKey } from '../records/job-record.js'
import { ApiError } from '../service/api-error.js'
import type { Stores } from '../stores/stores.js'
import type { ControlBody } from './added-controls.js'
import { controlError, requiredIn } from './control-body.js'
import type { ControlContext } from './control-context.js'
import { listingOf } from './listing.js'
import { runsOf } from './runs.js'

type Query = URLSearchParams

/** The vaults, each with its current counts and its last inventory. */
export async function readVaults(context: ControlContext, _: ControlBody, query: Query): Promise<object> {
  const stores = storesOf(context, query)
  const { items, ...rest } = listingOf(await stores.vaults.vaultNames(), query, (name) => name)
  return { vaults: await existing(items, (name) => describeVault(stores, name)), ...rest }
}

/** The current archives of a vault, sorted by ID. */
export async function readArchives(context: ControlContext, _: ControlBody, query: Query): Promise<object> {
  const { stores, vaultName } = vaultOf(context, query)
  const { items, ...rest } = listingOf(await stores.archives.ids(vaultName), query, (id) => id)
  const archives = await existing(items, async (id) => {
    const { archiveId, description, size, treeHash, creationDate } = await stores.archives.find(vaultName, id)
    return { archiveId, description, size, treeHash, creationDate }
  })
  return { archives, ...rest }
}

/** The open uploads of a vault, each with the runs of its parts. */
export async function readUploads(context: ControlContext, _: ControlBody, query: Query): Promise<object> {
  const { stores, vaultName } = vaultOf(context, query)
  const open = await existing(await stores.uploads.ids(vaultName), (id) => stores.uploads.find(vaultName, id))
  const { items, ...rest } = listingOf(open, query, ({ uploadId }) => uploadId)
  const uploads = await existing(items, async (upload) => {
    const indexes = await stores.uploads.partIndexes(vaultName, upload)
    return { ...upload, partCount: indexes.length, runs: runsOf(indexes) }
  })
  return { uploads, ...rest }
}

/** The parts of an upload, each with its range and hash. */
export async function readParts(context: ControlContext, _: ControlBody, query: Query): Promise<object> {
  const { stores, vaultName } = vaultOf(context, query)
  const upload = await stores.uploads.find(vaultName, requiredIn(query, 'uploadId'))
  const indexes = await stores.uploads.partIndexes(vaultName, upload)
  const { items, ...rest } = listingOf(indexes, query, (index) => String(index).padStart(5, '0'))
  const parts = await stores.uploads.parts(vaultName, upload, items)
  return { parts, ...rest }
}

/** The jobs of a vault, as DescribeJob describes them, newest first. */
export async function readJobs(context: ControlContext, _: ControlBody, query: Query): Promise<object> {
  const { stores, vaultName } = vaultOf(context, query)
  const jobs = (await stores.jobs.list(vaultName)).reverse()
  const { items, ...rest } = listingOf(jobs, query, jobSortKey, { descending: true })
  return { jobs: items.map((job) => jobDescription(stores, vaultName, job)), ...rest }
}

/** The stores of the account and region in a query; by default the first ones. */
function storesOf({ stores }: ControlContext, query: Query): Stores {
  const { region = stores.first.region, accountId = stores.first.accountId } = Object.fromEntries(query)
  const found = stores.of({ region, accountId })
  if (found) return found
  throw controlError(404, `No account ${accountId} is served in the region ${region}.`)
}

function vaultOf(context: ControlContext, query: Query): { stores: Stores; vaultName: string } {
  return { stores: storesOf(context, query), vaultName: requiredIn(query, 'vaultName') }
}

/** A vault. If one of its files cannot be read, the response says so, and still has the other vaults. */
async function describeVault(stores: Stores, vaultName: string): Promise<object> {
  try {
    const { creationDate, inventory } = await stores.vaults.peek(vaultName)
    const uploadIds = await stores.uploads.ids(vaultName)
    const uploads = await existing(uploadIds, (id) => stores.uploads.find(vaultName, id))
    const archiveCount = (await stores.archives.ids(vaultName)).length
    const jobCount = (await stores.jobs.list(vaultName)).length
    return { vaultName, creationDate, inventory, archiveCount, uploadCount: uploads.length, jobCount }
  } catch (error) {
    if (error instanceof ApiError && error.type === 'Client') throw error
    return { vaultName, unreadable: true }
  }
}

/** Reads each item, one after another. Items that are gone, or are not ours, are left out. */
async function existing<T, U>(
  items: readonly T[],
  read: (item: T) => Promise<U>,
): Promise<Exclude<U, undefined>[]> {
  const found: Exclude<U, undefined>[] = []
  for (const item of items) {
    const value = await read(item).catch((error: unknown) => {
      if (error instanceof ApiError && error.type === 'Client') return undefined
      throw error
    })
    if (value !== undefined) found.push(value as Exclude<U, undefined>) // which TypeScript does not conclude
  }
  return found
}
