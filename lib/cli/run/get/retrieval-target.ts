/**
 * What `get` retrieves for the IDs it is given: with the catalog's help all volumes of a set, and where archives end.
 *
 * A part of a stream is never delivered as the whole without a warning, with `--quiet` as well.
 */
import { assertNoConflicts } from '../../../catalog/conflicts.js'
import type { ArchiveRecord } from '../../../catalog/record.js'
import { setsOf, type ArchiveSet } from '../../../catalog/sets.js'
import { IncompleteSetError } from '../../../errors.js'
import type { RetrieveArchiveOptions } from '../../../retrieve/retrieve-archive.js'
import { MIB } from '../../../sizes.js'
import type { VaultClient, VaultRequest } from '../../../client/vault-client.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import { printNote } from '../../output/print.js'
import type { GivenRange } from '../../options/byte-range.js'
import { volumesText } from '../../output/set-text.js'

/** What decides on what is retrieved. */
export interface SubjectOptions {
  readonly range?: GivenRange
  readonly volumes: boolean
  readonly quiet?: boolean
}

/** What is retrieved. */
export interface Subject {
  readonly wanted: Pick<RetrieveArchiveOptions, 'range' | 'archiveSizes' | 'archiveTreeHashes' | 'jobId'> & {
    readonly archiveId: readonly string[]
  }
  /** An archive the catalog does not know: by its size it may be the first of several volumes. */
  readonly unknown?: string | undefined
}

/**
 * What the IDs stand for.
 *
 * @param file - the catalog
 * @throws {IncompleteSetError} `ERR_INCOMPLETE_SET`: a volume of the set is missing
 * @throws {CatalogConflictError} `ERR_CATALOG_CONFLICT`: the catalog contradicts itself about an archive
 * @throws {UsageError} a range without an end, of archives whose end is not known
 */
export async function subjectOf(
  file: string,
  archiveIds: readonly string[],
  options: SubjectOptions,
  io: Io,
): Promise<Subject> {
  const sets = await setsOf(file, archiveIds)
  const [only = ''] = archiveIds
  const set = archiveIds.length === 1 ? sets.get(only) : undefined
  const volumes = set && isWholeSet(set, only, options) ? volumesIn(set, only, options, io) : undefined
  const ids = volumes?.map(({ archiveId }) => archiveId) ?? archiveIds
  await assertNoConflicts(file, ids)
  const records = volumes ?? ids.map((id) => recordIn(sets.get(id), id))
  if (!volumes) warnOfFragments(archiveIds, sets, options, io)
  const archiveSizes = records.map((record) => record?.size)
  const archiveTreeHashes = records.map((record) => record?.treeHash)
  const range = options.range && { start: options.range.start, end: endOf(options.range, archiveSizes) }
  const unknown = options.range || records.at(-1) ? undefined : ids.at(-1)
  return { wanted: { archiveId: ids, archiveSizes, archiveTreeHashes, ...(range && { range }) }, unknown }
}

/** What a job brings out. */
export async function subjectOfJob(
  file: string,
  client: VaultClient,
  request: VaultRequest & { readonly jobId: string },
  io: Io,
): Promise<Subject> {
  const { jobId } = request
  const { archiveId, archiveSize, range } = await client.describeJob(request)
  if (archiveId === undefined)
    throw new UsageError(`The job ${jobId} is of an inventory: see glacier-pipe inventory.`)
  const isPart = range && range.end - range.start !== archiveSize
  const wanted = { jobId, archiveId: [archiveId], archiveSizes: [archiveSize], ...(isPart && { range }) }
  if (isPart) return { wanted }
  const sets = await setsOf(file, [archiveId])
  warnOfFragments([archiveId], sets, { volumes: true }, io)
  return { wanted, unknown: sets.has(archiveId) ? undefined : archiveId }
}

/** The warning about an archive that may be the first of several; `undefined` where its size rules that out. */
export function fragmentWarning(archiveId: string, size: number): string | undefined {
  // A volume that is followed by another ends where a part does, and parts are whole mebibytes.
  if (size === 0 || size % MIB !== 0) return undefined
  return (
    `Warning: the archive ${archiveId} may be the first of several volumes: its size is a multiple of 1 MiB, and the ` +
    'catalog does not say whether others follow. "glacier-pipe catalog rebuild" finds them once an inventory contains them.'
  )
}

/** Whether the ID of a set's first volume, or of a single archive, stands for all of the set. */
function isWholeSet(set: ArchiveSet, archiveId: string, { volumes }: SubjectOptions): boolean {
  return volumes && recordIn(set, archiveId)?.firstVolume === undefined && isSeveral(set)
}

function isSeveral({ volumes, state }: ArchiveSet): boolean {
  return volumes.length > 1 || state !== 'complete'
}

/** The volumes of a set, with a note or a warning. */
function volumesIn(
  set: ArchiveSet,
  firstVolume: string,
  { range, quiet }: SubjectOptions,
  io: Io,
): readonly ArchiveRecord[] {
  const { volumes, state, missing } = set
  if (missing.length > 0) throw new IncompleteSetError(firstVolume, missing)
  const what =
    volumes.length > 1
      ? `the archive is the first of ${volumesText(set)}, which are all retrieved`
      : 'the archive is the first of several volumes, and the only one the catalog knows'
  if (state !== 'complete') {
    const why =
      state === 'incomplete'
        ? 'but the last is not among them: the stream was not stored to its end, or a record is missing'
        : 'but the catalog does not say whether others follow'
    if (range?.end === undefined) printNote(io, `Warning: ${what}, ${why}.`)
  } else if (!quiet) {
    printNote(io, `${what.replace(/^t/, 'T')}.`)
  }
  return volumes
}

/** Warns of each set of which only some volumes are retrieved. */
function warnOfFragments(
  archiveIds: readonly string[],
  sets: ReadonlyMap<string, ArchiveSet>,
  { volumes: isSetWanted, quiet, range }: SubjectOptions,
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
      const warning = isFromInventory && !range && isSetWanted && fragmentWarning(archiveId, size)
      if (warning && archiveIds.at(-1) === archiveId) printNote(io, warning)
      continue
    }
    const isAllThere =
      set.state === 'complete' && set.volumes.every((it) => archiveIds.includes(it.archiveId))
    if (isAllThere || warned.has(firstVolume)) continue
    warned.add(firstVolume)
    if (archiveIds.length > 1)
      printNote(io, `Warning: of the set ${firstVolume}, of ${volumesText(set)}, not all are retrieved.`)
    else if (isSetWanted || record.firstVolume !== undefined)
      printNote(
        io,
        `Warning: the archive is volume ${volume} of the set ${firstVolume}, of ${volumesText(set)}, and it alone is ` +
          `retrieved. The ID of the set retrieves all.`,
      )
    else if (!quiet)
      printNote(io, `The archive is the first of ${volumesText(set)}, and it alone is retrieved.`)
  }
}

function recordIn(set: ArchiveSet | undefined, archiveId: string): ArchiveRecord | undefined {
  return [...(set?.volumes ?? []), ...(set?.duplicates ?? [])].find((it) => it.archiveId === archiveId)
}

function endOf({ end }: GivenRange, sizes: readonly (number | undefined)[]): number {
  if (end !== undefined) return end
  let total = 0
  for (const size of sizes) {
    if (size === undefined)
      throw new UsageError('The catalog does not know where the archive ends: give the end of the range.')
    total += size
  }
  return total
}
