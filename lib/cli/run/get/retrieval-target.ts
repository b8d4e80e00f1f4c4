/**
 * The archives that `get` retrieves for the IDs it is given. The catalog knows the volumes of sets and the sizes of archives.
 *
 * A fragment of a stream is never delivered as the whole stream without a warning, not even with `--quiet`. A set that
 * certainly lacks its end is refused, except with `--incomplete`. If the catalog does not know where a set ends, as after it
 * was rebuilt from an inventory, a warning is all: to refuse would be in the way of each restore after a disaster.
 */
import { assertNoConflicts } from '../../../catalog/queries/conflicts.js'
import type { ArchiveRecord } from '../../../catalog/record.js'
import { setsOf, type ArchiveSet } from '../../../catalog/queries/sets.js'
import { IncompleteSetError } from '../../../errors.js'
import type { RetrieveArchiveOptions } from '../../../vault/retrieval-options.js'
import { MIB } from '../../../sizes.js'
import type { VaultClient, VaultRequest } from '../../../client/vault-client.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import { printNote } from '../../output/print.js'
import type { GivenRange } from '../../options/values/byte-range.js'
import { volumesText } from '../../output/set-text.js'

/** The options that decide which archives are retrieved. */
export interface TargetOptions {
  readonly range?: GivenRange
  readonly volumes: boolean
  /** Whether a set without its end is retrieved. */
  readonly incomplete?: boolean
  readonly quiet?: boolean
}

/** The archives to retrieve. */
export interface RetrievalTarget {
  /** The options of the retrieval. */
  readonly options: Pick<RetrieveArchiveOptions, 'range' | 'archiveSizes' | 'archiveHashes' | 'jobId'> & {
    readonly archiveId: readonly string[]
  }
  /** An archive that the catalog does not know. Its size decides whether it may be the first of several volumes. */
  readonly unknownArchive?: string | undefined
  /** Whether an archive is verified only when all of its bytes have arrived, so that a retrieval of it is not resumed. */
  readonly isCheckedLate?: boolean | undefined
}

/**
 * Finds the archives that IDs stand for.
 *
 * @param file - the catalog
 * @throws {IncompleteSetError} `ERR_INCOMPLETE_SET`: a volume of the set is missing; its end only without `--incomplete`
 * @throws {CatalogConflictError} `ERR_CATALOG_CONFLICT`: the catalog contradicts itself about an archive
 * @throws {UsageError} a range without an end, in archives whose sizes are not known
 */
export async function resolveTarget(
  file: string,
  archiveIds: readonly string[],
  options: TargetOptions,
  io: Io,
): Promise<RetrievalTarget> {
  const sets = await setsOf(file, archiveIds)
  const [only = ''] = archiveIds
  const set = archiveIds.length === 1 ? sets.get(only) : undefined
  const volumes = set && isWholeSet(set, only, options) ? volumesIn(set, only, options, io) : undefined
  const ids = volumes?.map(({ archiveId }) => archiveId) ?? archiveIds
  await assertNoConflicts(file, ids)
  const records = volumes ?? ids.map((id) => recordIn(sets.get(id), id))
  if (!volumes) warnOfFragments(archiveIds, sets, options, io)
  const archiveSizes = records.map((record) => record?.size)
  const archiveHashes = records.map((record) => record?.treeHash)
  const range = options.range && { start: options.range.start, end: endOf(options.range, archiveSizes) }
  const unknownArchive = options.range || records.at(-1) ? undefined : ids.at(-1)
  return {
    options: { archiveId: ids, archiveSizes, archiveHashes: archiveHashes, ...(range && { range }) },
    unknownArchive,
  }
}

/**
 * Finds the archive that a job retrieves.
 *
 * @param file - the catalog
 * @throws {UsageError} the job is of an inventory
 */
export async function targetOfJob(
  file: string,
  client: VaultClient,
  request: VaultRequest & { readonly jobId: string },
  io: Io,
): Promise<RetrievalTarget> {
  const { jobId } = request
  const { archiveId, archiveSize, range } = await client.describeJob(request)
  if (archiveId === undefined)
    throw new UsageError(
      `The job ${jobId} is of an inventory. Read it with: glacier-pipe inventory --job=${jobId} VAULT`,
    )
  const isPart = range && range.end - range.start !== archiveSize
  const options = { jobId, archiveId: [archiveId], archiveSizes: [archiveSize], ...(isPart && { range }) }
  if (isPart) return { options }
  const sets = await setsOf(file, [archiveId])
  warnOfFragments([archiveId], sets, { volumes: true }, io)
  return { options, unknownArchive: sets.has(archiveId) ? undefined : archiveId }
}

/** The warning about an archive that may be the first of several volumes; `undefined` if its size rules that out. */
export function fragmentWarning(archiveId: string, size: number): string | undefined {
  // A volume that another one follows ends with a full part, and the size of parts is a multiple of 1 MiB.
  if (size === 0 || size % MIB !== 0) return undefined
  return (
    `Warning: the archive ${archiveId} may be the first of several volumes: its size is a multiple of 1 MiB, and the ` +
    'catalog does not say whether others follow. "glacier-pipe catalog rebuild" finds them once an inventory contains them.'
  )
}

/** Whether the ID stands for all volumes of the set: it is that of the first volume. */
function isWholeSet(set: ArchiveSet, archiveId: string, { volumes }: TargetOptions): boolean {
  return volumes && recordIn(set, archiveId)?.firstVolume === undefined && isSeveral(set)
}

function isSeveral({ volumes, state }: ArchiveSet): boolean {
  return volumes.length > 1 || state !== 'complete'
}

/** The volumes of a set. Prints a note or a warning. */
function volumesIn(
  set: ArchiveSet,
  firstVolume: string,
  { range, incomplete = false, quiet }: TargetOptions,
  io: Io,
): readonly ArchiveRecord[] {
  const { volumes, state, missing } = set
  const needsEnd = range?.end === undefined && !incomplete // a range that ends in a known volume needs no others
  if (missing.length > 0 || (state === 'incomplete' && needsEnd))
    throw new IncompleteSetError(firstVolume, missing)
  const finding =
    volumes.length > 1
      ? `the archive is the first of ${volumesText(set)}, which are all retrieved`
      : 'the archive is the first of several volumes, and the only one in the catalog'
  if (state !== 'complete') {
    const why =
      state === 'incomplete'
        ? 'but the last volume is not among them: the stream was not stored to its end, or a record is missing'
        : 'but the catalog does not say whether other volumes follow'
    if (range?.end === undefined) printNote(io, `Warning: ${finding}, ${why}.`)
  } else if (!quiet) {
    printNote(io, `T${finding.slice(1)}.`)
  }
  return volumes
}

/** Warns about each set of which only some volumes are retrieved. */
function warnOfFragments(
  archiveIds: readonly string[],
  sets: ReadonlyMap<string, ArchiveSet>,
  { volumes: includesSet, quiet, range }: TargetOptions,
  io: Io,
): void {
  const warned = new Set<string>()
  for (const archiveId of archiveIds) {
    const set = sets.get(archiveId)
    const record = recordIn(set, archiveId)
    if (!set || !record) continue
    const { firstVolume = archiveId, volume, partSize, intentId, size } = record
    if (!isSeveral(set)) {
      const isFromInventory = partSize === undefined && intentId === undefined
      const warning = isFromInventory && !range && includesSet && fragmentWarning(archiveId, size)
      if (warning && archiveIds.at(-1) === archiveId) printNote(io, warning)
      continue
    }
    const isComplete =
      set.state === 'complete' && set.volumes.every((volume) => archiveIds.includes(volume.archiveId))
    if (isComplete || warned.has(firstVolume)) continue
    warned.add(firstVolume)
    if (archiveIds.length > 1)
      printNote(io, `Warning: the set ${firstVolume} has ${volumesText(set)}, and not all are retrieved.`)
    else if (includesSet || record.firstVolume !== undefined)
      printNote(
        io,
        `Warning: the archive is volume ${volume} of the set ${firstVolume} of ${volumesText(set)}. Only this volume is ` +
          `retrieved. The ID of the set retrieves all volumes.`,
      )
    else if (!quiet)
      printNote(io, `The archive is the first of ${volumesText(set)}. Only this volume is retrieved.`)
  }
}

function recordIn(set: ArchiveSet | undefined, archiveId: string): ArchiveRecord | undefined {
  return [...(set?.volumes ?? []), ...(set?.duplicates ?? [])].find(
    (volume) => volume.archiveId === archiveId,
  )
}

function endOf({ end }: GivenRange, sizes: readonly (number | undefined)[]): number {
  if (end !== undefined) return end
  let total = 0
  for (const size of sizes) {
    if (size === undefined)
      throw new UsageError('The catalog does not know the size of the archive. Give the end of the range.')
    total += size
  }
  return total
}
