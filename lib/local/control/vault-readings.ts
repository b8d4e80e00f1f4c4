/**
 * What the controls tell of a place's vaults. Lists are paged, and the items of a page are read one after another: a
 * vault of any size takes one file descriptor.
 */
import { jobDescription } from '../jobs/job-description.js'
import { jobSortKey as jobSortKey } from '../records/job-record.js'
import { ApiError } from '../service/api-error.js'
import type { Stores } from '../stores/stores.js'
import type { ControlContext, ControlBody } from './control-context.js'
import { listingOf } from './listing.js'
import { refused } from './control-body.js'

type Query = URLSearchParams

/** The vaults, each with what is in it now and its last inventory. */
export async function readVaults(controls: ControlContext, _: ControlBody, query: Query): Promise<object> {
  const stores = storesOf(controls, query)
  const { items, ...rest } = listingOf(await stores.vaults.vaultNames(), query, (name) => name)
  return { vaults: await existing(items, (name) => describeVault(stores, name)), ...rest }
}

/** The archives of a vault that exist now, sorted by ID. */
export async function readArchives(controls: ControlContext, _: ControlBody, query: Query): Promise<object> {
  const { stores, vaultName } = vaultOf(controls, query)
  const { items, ...rest } = listingOf(await stores.archives.ids(vaultName), query, (id) => id)
  const archives = await existing(items, async (id) => {
    const { archiveId, description, size, treeHash, creationDate } = await stores.archives.find(vaultName, id)
    return { archiveId, description, size, treeHash, creationDate }
  })
  return { archives, ...rest }
}

/** The uploads of a vault that are open, each with the runs of parts that it has. */
export async function readUploads(controls: ControlContext, _: ControlBody, query: Query): Promise<object> {
  const { stores, vaultName } = vaultOf(controls, query)
  const open = await existing(await stores.uploads.ids(vaultName), (id) => stores.uploads.find(vaultName, id))
  const { items, ...rest } = listingOf(open, query, ({ uploadId }) => uploadId)
  const uploads = await existing(items, async (upload) => {
    const indexes = await stores.uploads.partIndexes(vaultName, upload)
    return { ...upload, partCount: indexes.length, runs: runsOf(indexes) }
  })
  return { uploads, ...rest }
}

/** The parts of an upload, each with its range and hash. */
export async function readParts(controls: ControlContext, _: ControlBody, query: Query): Promise<object> {
  const { stores, vaultName } = vaultOf(controls, query)
  const upload = await stores.uploads.find(vaultName, neededIn(query, 'uploadId'))
  const indexes = await stores.uploads.partIndexes(vaultName, upload)
  const { items, ...rest } = listingOf(indexes, query, (index) => String(index).padStart(5, '0'))
  const parts = await stores.uploads.parts(vaultName, upload, items)
  return { parts, ...rest }
}

/** The jobs of a vault as DescribeJob describes them, the newest first. */
export async function readJobs(controls: ControlContext, _: ControlBody, query: Query): Promise<object> {
  const { stores, vaultName } = vaultOf(controls, query)
  const jobs = (await stores.jobs.list(vaultName)).reverse()
  const { items, ...rest } = listingOf(jobs, query, jobSortKey, { descending: true })
  return { jobs: items.map((job) => jobDescription(stores, vaultName, job)), ...rest }
}

/** The stores that a query names with `region` and `accountId`; what it does not name is that of the first. */
function storesOf({ stores }: ControlContext, query: Query): Stores {
  const { region = stores.first.region, accountId = stores.first.accountId } = Object.fromEntries(query)
  const found = stores.of({ region, accountId })
  if (found) return found
  throw refused(404, `No account ${accountId} is served in the region ${region}.`)
}

function vaultOf(controls: ControlContext, query: Query): { stores: Stores; vaultName: string } {
  return { stores: storesOf(controls, query), vaultName: neededIn(query, 'vaultName') }
}

function neededIn(query: Query, name: string): string {
  const value = query.get(name)
  if (value === null) throw refused(400, `The query has no ${name}.`)
  return value
}

/** A vault; where one of its files cannot be read, that is told, and of the other vaults the rest. */
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

/** What is read of each item, one after another; nothing of those that are refused, which are gone or none of ours. */
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

/** Sorted numbers as runs without a gap: the first and the last number of each. */
function runsOf(indexes: readonly number[]): [first: number, last: number][] {
  const runs: [first: number, last: number][] = []
  for (const index of indexes) {
    const run = runs.at(-1)
    if (run?.[1] === index - 1) run[1] = index
    else runs.push([index, index])
  }
  return runs
}
