/**
 * What each job of a retrieval is to bring out: whole archives, or the ranges that cover what is wanted of them.
 */
import { rangeWithin, type ByteRange } from '../vault/byte-range.js'
import type { Job, Tier, VaultRequest } from '../vault/vault-client.js'
import { alignedRanges } from './aligned-ranges.js'
import type { WantedJob } from './renewable-job.js'

/** What one job retrieves. */
export interface RetrievalOrder {
  readonly archiveId: string
  /** Bytes of the whole archive, where known. */
  readonly archiveSize?: number | undefined
  /** Tree hash of the whole archive, lowercase hex, where known. */
  readonly treeHash?: string | undefined
  /** What of the archive is retrieved; default all. */
  readonly range?: ByteRange | undefined
  /** What of the archive is handed on; default all that is retrieved. */
  readonly wanted?: ByteRange | undefined
  readonly tier?: Tier | undefined
}

/** What is asked for. */
export interface RetrievalSubject {
  readonly archiveId: string | readonly string[]
  /** Bytes of the stream that the archives make together. */
  readonly range?: ByteRange | undefined
  readonly archiveSize?: number | undefined
  readonly archiveSizes?: readonly (number | undefined)[] | undefined
  readonly archiveTreeHashes?: readonly (string | undefined)[] | undefined
  readonly tier?: Tier | undefined
  /** A job that brings out just this. */
  readonly jobId?: string | undefined
}

/** The slowest tier first. */
const TIERS: readonly unknown[] = ['Bulk', 'Standard', 'Expedited']

/**
 * What each job is to bring out, in the order of the stream.
 *
 * @throws {TypeError} no archive ID
 * @throws {RangeError} a range outside the archives, or one of several archives whose sizes are not given
 */
export function ordersOf(subject: RetrievalSubject): RetrievalOrder[] {
  const { range, tier, jobId } = subject
  const archives = archivesOf(subject)
  if (jobId !== undefined && archives.length > 1)
    throw new RangeError('A job brings out one archive, not several.')
  if (!range) return archives.map((archive) => ({ ...archive, tier }))
  assertRange(range, totalOf(archives))
  if (jobId !== undefined) return archives.map((archive) => ({ ...archive, range, wanted: range, tier }))
  const orders: RetrievalOrder[] = []
  let offset = 0
  for (const { archiveId, archiveSize } of archives) {
    const wanted = rangeWithin(range, { start: offset, end: offset + (archiveSize ?? Infinity) })
    for (const part of wanted ? alignedRanges(wanted, archiveSize) : [])
      orders.push({ archiveId, archiveSize, range: part, wanted, tier })
    offset += archiveSize ?? 0
  }
  return orders
}

/** Bytes that are handed on; `undefined` where that is not known. */
export function sizeOf(subject: RetrievalSubject): number | undefined {
  if (subject.range) return subject.range.end - subject.range.start
  let size: number | undefined = 0
  for (const { archiveSize } of archivesOf(subject))
    size = size === undefined || archiveSize === undefined ? undefined : size + archiveSize
  return size
}

/** The job of an order, as it is looked for and started. */
export function wantedJob({ vaultName, accountId }: VaultRequest, order: RetrievalOrder): WantedJob {
  const { archiveId, range, tier } = order
  return {
    fits: (job) => retrieves(job, order),
    start: (client, description, signal) =>
      client.startRetrieval({ vaultName, accountId, signal, archiveId, range, tier, description }),
  }
}

/** Bytes that the job of an order brings out; `undefined` where that is not known. */
export function outputSizeOf({ range, archiveSize }: RetrievalOrder): number | undefined {
  return range ? range.end - range.start : archiveSize
}

function retrieves(job: Job, { archiveId, range, tier = 'Standard' }: RetrievalOrder): boolean {
  if (job.action !== 'ArchiveRetrieval' || job.archiveId !== archiveId || !job.range) return false
  const { start, end } = range ?? { start: 0, end: job.archiveSize }
  if (job.range.start !== start || job.range.end !== end) return false
  return job.status === 'Succeeded' || TIERS.indexOf(job.tier) >= TIERS.indexOf(tier)
}

type KnownArchive = Pick<RetrievalOrder, 'archiveId' | 'archiveSize' | 'treeHash'>

function archivesOf(subject: RetrievalSubject): KnownArchive[] {
  const { archiveId, archiveSize, archiveSizes, archiveTreeHashes = [] } = subject
  const archiveIds = [archiveId].flat()
  if (archiveIds.length === 0 || !archiveIds.every((id: unknown) => typeof id === 'string' && id !== ''))
    throw new TypeError('The ID of an archive is needed: archiveId.')
  const sizes = archiveSizes ?? (archiveIds.length === 1 ? [archiveSize] : [])
  if (archiveSizes && archiveSizes.length !== archiveIds.length)
    throw new RangeError(`There are ${archiveIds.length} archives, but ${archiveSizes.length} archiveSizes.`)
  return archiveIds.map((id, i) => ({
    archiveId: id,
    archiveSize: sizes[i],
    treeHash: archiveTreeHashes[i],
  }))
}

/** Bytes of all archives; `undefined` where that of the only one is not known. */
function totalOf(archives: readonly KnownArchive[]): number | undefined {
  let total = 0
  for (const { archiveSize } of archives) {
    if (archiveSize !== undefined) total += archiveSize
    else if (archives.length === 1) return undefined
    else throw new RangeError('A range of several archives needs the size of each: archiveSizes.')
  }
  return total
}

function assertRange({ start, end }: ByteRange, size = Infinity): void {
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= size) return
  throw new RangeError(
    `A range begins at byte 0 or later, and ends behind that and within the archive: not ${start} to ${end}` +
      (size === Infinity ? '.' : ` of ${size}.`),
  )
}
