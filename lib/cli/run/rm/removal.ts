/** The archives that `rm` deletes for the IDs it is given, and their order. */
import { assertNoConflicts } from '../../../catalog/queries/conflicts.js'
import type { ArchiveRecord } from '../../../catalog/record.js'
import {
  archivesOfSet,
  setIdOf,
  setsOf,
  severalSetsAmong,
  type ArchiveSet,
} from '../../../catalog/queries/sets.js'
import { isInPlace, recordName, type VaultPlace } from '../../../catalog/queries/stored-entries.js'
import type { Deletion } from '../../../deletion/delete-archives.js'
import type { PlacedArchive } from '../costs/archive-costs.js'
import { UsageError } from '../../command-errors.js'
import { formatSize } from '../../output/format.js'
import { setText } from '../../output/set-text.js'

/** An archive to delete. */
export interface Removal {
  readonly archiveId: string
  /** Absent if the catalog does not know the archive. */
  readonly record?: ArchiveRecord | undefined
  /** The set that is deleted with it; absent if the archive is deleted alone. */
  readonly set?: ArchiveSet | undefined
  /** The number of a volume that only the bucket knows, from 2. */
  readonly volume?: number | undefined
  /** The first volume of the set that such a volume is deleted with. */
  readonly firstVolume?: string | undefined
  /** Bytes of such a volume. */
  readonly size?: number | undefined
}

/**
 * Plans the deletion. The first volume of a set is deleted last: after a crash, its ID still identifies the rest.
 *
 * The service reports success for the deletion of an archive that a vault does not have. An archive of another vault would
 * then be recorded as deleted, and never be found again.
 *
 * @param place - the vault that archives are deleted from
 * @param withVolumes - whether the ID of a first volume stands for the whole set
 * @throws {UsageError} an ID is that of a later volume, or of an archive in another vault; or the catalog has an archive in
 *   several sets
 * @throws {CatalogConflictError} `ERR_CATALOG_CONFLICT`: the catalog contradicts itself about one of the archives
 */
export async function planRemoval(
  file: string,
  place: VaultPlace,
  archiveIds: readonly string[],
  withVolumes: boolean,
): Promise<Removal[]> {
  const sets = await setsOf(file, archiveIds)
  const planned = new Map<string, Removal>()
  for (const archiveId of archiveIds) {
    const set = sets.get(archiveId)
    const members = set ? archivesOfSet(set) : []
    const record = members.find((member) => member.archiveId === archiveId)
    assertPlace(record ?? members[0], place, archiveId)
    if (withVolumes && record?.firstVolume !== undefined) {
      if (archiveIds.includes(record.firstVolume)) continue // its set is deleted, and it with the set
      throw new UsageError(
        `The archive ${archiveId} is volume ${record.volume} of the set ${record.firstVolume}, which is deleted as a ` +
          `whole. Give the ID of the set, or --no-volumes to delete only this archive.`,
      )
    }
    const includesSet = withVolumes && set !== undefined && isSeveral(set, archiveId)
    if (includesSet)
      for (const member of lastVolumeFirst(members))
        if (setIdOf(member) !== member.archiveId) {
          assertPlace(member, place, member.archiveId)
          planned.set(member.archiveId, { archiveId: member.archiveId, record: member, set })
        }
    planned.set(archiveId, { archiveId, record, ...(includesSet && { set }) })
  }
  await assertNoConflicts(file, [...planned.keys()])
  await assertOneSet(file, [...planned.keys()])
  return [...planned.values()]
}

/** The archive as it is priced. Nothing is known of an archive that the catalog does not have. */
export function archiveOf({ archiveId, record }: Removal): PlacedArchive {
  const { size, time, region, endpoint, storageClass } = record ?? {}
  return { archiveId, size, time, region, endpoint, storageClass }
}

/** The deletion of the archive. A later volume that is deleted with its set is recorded as such. */
export function deletionOf({ archiveId, record, set, firstVolume }: Removal): Deletion {
  return { archiveId, firstVolume: firstVolume ?? (set ? record?.firstVolume : undefined) }
}

/** The lines that announce the deletion. */
export function removalLines(removals: readonly Removal[]): string[] {
  const lines: string[] = []
  let lastSet: ArchiveSet | undefined
  for (const { archiveId, record, set, volume, size = 0 } of removals) {
    if (volume !== undefined) {
      lines.push(
        `This volume, which the catalog does not know, will be deleted with its set: ${archiveId}  ${formatSize(size)}  (volume ${volume})`,
      )
      continue
    }
    if (set && set !== lastSet)
      lines.push(`This set will be deleted: ${setText(set)}, ${formatSize(set.size)} in total:`)
    lastSet = set
    lines.push(`${set ? '  ' : 'This archive will be deleted: '}${lineOf(archiveId, record, set)}`)
  }
  return lines
}

function lineOf(archiveId: string, record: ArchiveRecord | undefined, set: ArchiveSet | undefined): string {
  if (!record) return `${archiveId}  (not in the catalog)`
  const { size, volume } = record
  const shownName = recordName(record) ?? ''
  const position = set ? `  (volume ${volume})` : ''
  return `${archiveId}  ${formatSize(size)}  ${shownName}`.trimEnd() + position
}

/** Whether a set has, or may have, other archives than this one. */
function isSeveral({ volumes, duplicates, state }: ArchiveSet, archiveId: string): boolean {
  return (
    state !== 'complete' || duplicates.length > 0 || volumes.some((volume) => volume.archiveId !== archiveId)
  )
}

function assertPlace(record: ArchiveRecord | undefined, place: VaultPlace, archiveId: string): void {
  if (!record || isInPlace(record, place)) return
  const { vaultName, region, endpoint, accountId } = record
  if (vaultName !== place.vaultName)
    throw new UsageError(
      `The catalog has the archive ${archiveId} in the vault ${vaultName}, not in ${place.vaultName}. Nothing was deleted.`,
    )
  const where = [
    `the region ${region}`,
    endpoint !== undefined && `the endpoint ${endpoint}`,
    accountId !== undefined && `the account ${accountId}`,
  ].filter((text) => text !== false)
  throw new UsageError(
    `The catalog has the archive ${archiveId} in another vault ${vaultName}: ${where.join(', ')}. Nothing was deleted. ` +
      'Give the --region, --endpoint and credentials with which it was stored.',
  )
}

/** @throws {UsageError} the catalog states that one of the archives is in several sets */
async function assertOneSet(file: string, archiveIds: readonly string[]): Promise<void> {
  const [several] = await severalSetsAmong(file, new Set(archiveIds))
  if (several !== undefined)
    throw new UsageError(
      `The catalog states that the archive ${several} is in several sets. Nothing was deleted. ` +
        '"glacier-pipe catalog export" prints the records.',
    )
}

/** The archives of a set in the order of their deletion: after a crash, the ID of the first volume still identifies the rest. */
export function lastVolumeFirst(archives: readonly ArchiveRecord[]): readonly ArchiveRecord[] {
  return archives.toSorted((a, b) => b.volume - a.volume)
}
