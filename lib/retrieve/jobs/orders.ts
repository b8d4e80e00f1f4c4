/**
 * What each job of a retrieval is to bring out: whole archives, or the ranges that cover what is wanted of them.
 */
import { rangeWithin, type ByteRange } from '../../byte-range.js'
import type { Job, Tier } from '../../store/retrieval-store.js'
import type { VaultRequest } from '../../client/vault-client.js'
import { alignedRanges } from '../../tree-hash/aligned-ranges.js'
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

/** The archives, and the range of them, that are retrieved. */
export interface RetrievalSubject {
  /** The ID of an archive; of several, as a stream's volumes, they are read one after the other as one stream. */
  readonly archiveId: string | readonly string[]
  /**
   * Bytes of the stream that the archives make together; default all. More is retrieved, up to an eighth, for only
   * certain ranges can be verified; just this is handed on. Of several archives it needs `archiveSizes`.
   */
  readonly range?: ByteRange | undefined
  /** Bytes of the archive, where known: with it a range may end where the archive does. */
  readonly archiveSize?: number | undefined
  /** The same of each of several archives. With them it is known how many jobs can be read before they expire. */
  readonly archiveSizes?: readonly (number | undefined)[] | undefined
  /**
   * Tree hashes of the archives, lowercase hex, where known. With them `retrieveToFile` needs no job for an archive that
   * is in its file already, whole.
   */
  readonly archiveTreeHashes?: readonly (string | undefined)[] | undefined
  /** Retrieval speed and cost; default the service's, Standard. */
  readonly tier?: Tier | undefined
}

/** The slowest tier first. */
const TIERS: readonly unknown[] = ['Bulk', 'Standard', 'Expedited']

/**
 * The orders of a retrieval, one for each job, in the order of the stream.
 *
 * @param jobId - a job of just this subject, which must be of one archive
 * @throws {RangeError} a range outside the archives, or one of several archives whose sizes are not given
 */
export function ordersOf(subject: RetrievalSubject, jobId?: string): RetrievalOrder[] {
  const { range, tier } = subject
  const archives = archivesOf(subject)
  if (jobId !== undefined && archives.length > 1)
    throw new RangeError('A job brings out one archive, not several.')
  if (!range) return archives.map((archive) => ({ ...archive, tier }))
  assertWithin(range, totalOf(archives))
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

function assertWithin({ start, end }: ByteRange, size = Infinity): void {
  if (end <= size) return
  throw new RangeError(
    `The range must end within the archive, of ${size} bytes, not go from ${start} to ${end}.`,
  )
}
