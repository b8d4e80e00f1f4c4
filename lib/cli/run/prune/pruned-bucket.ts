/**
 * `prune s3://BUCKET/PREFIX`: each object is looked at before it is deleted, and before that the objects of its series that the plan
 * keeps. Keys are used again: what the catalog has of a key may have been replaced or deleted by another machine or program, and
 * the plan is about what the catalog has.
 */
import type { ArchiveRecord } from '../../../catalog/record.js'
import { keyIn } from '../../../catalog/vault-address.js'
import type { Deletion } from '../../../deletion/delete-archives.js'
import type { PruneOptions } from '../../commands/archives/prune.js'
import { nowMsOf, type Io } from '../../io.js'
import { without } from '../../options/object-options.js'
import { withBucketScope } from '../bucket-scope.js'
import { dayOf } from '../rm/early-deletion.js'
import { EmptiedBucket } from '../rm/emptied-bucket.js'
import { deletionOf, lastVolumeFirst } from '../rm/removal.js'
import { isCertainlySame, ReplacedObjectError, storedObjects } from '../rm/stored-objects.js'
import { archivesOf } from './candidates.js'
import { deletePlanned } from './delete-planned.js'
import { freeTimeOf, type PlannedEntry, type PrunePlan } from './prune-plan.js'
import type { PrunedPlace } from './pruned-place.js'

/** Runs a function with the objects of a bucket whose keys begin with a prefix, and closes what was opened for it. */
export async function withPrunedBucket(
  operand: string,
  given: PruneOptions,
  io: Io,
  run: (place: PrunedPlace) => Promise<void>,
): Promise<void> {
  const options = without(given, ['accountId']) // a setting of the environment about vaults
  await withBucketScope(operand, options, io, async ({ prefix, ...bucket }, connection) => {
    const { address } = bucket
    const emptied = new EmptiedBucket({ ...bucket, single: connection.client })
    await run({
      vault: { ...address, accountId: options.bucketOwner ?? connection.accountId },
      has: (name) => name.startsWith(prefix),
      deletePlanned: (plan) =>
        deletePlanned(
          (keep) => unchanged(plan, emptied, options.now === true ? Infinity : nowMsOf(io), keep),
          { connection, client: emptied, vaultName: address.vaultName, options },
          io,
        ),
    })
  })
}

/**
 * The deletions of the entries whose objects are what the catalog has, each after a look at its objects.
 *
 * @param freeUntilMs - an entry whose deletion is free only later is kept
 */
async function* unchanged(
  { groups, deleted }: PrunePlan,
  bucket: EmptiedBucket,
  freeUntilMs: number,
  keep: (line: string) => void,
): AsyncGenerator<readonly Deletion[], void, undefined> {
  const begun = { entries: deleted.filter(({ action }) => action === 'complete') }
  for (const { entries } of [begun, ...groups]) {
    const deletions = entries.filter(({ action }) => action !== 'keep')
    const kept = deletions.length === 0 ? [] : entries.filter(({ action }) => action === 'keep')
    const lost = await lostAmong(kept, bucket)
    for (const planned of deletions) {
      const found = lost ?? (await deletionsOf(planned, bucket, freeUntilMs))
      if (typeof found === 'string') keep(`The archive ${planned.entry.id} is kept: ${found}`)
      else yield found
    }
  }
}

/** Why no object may be deleted in favour of some others, as a sentence: one of these is not what the catalog has. */
async function lostAmong(kept: readonly PlannedEntry[], bucket: EmptiedBucket): Promise<string | undefined> {
  for (const record of kept.flatMap(({ entry }) => archivesOf(entry))) {
    const facts = await bucket.look(keyIn(record.archiveId))
    if (facts === 'missing')
      return `${record.archiveId}, which the plan keeps in its place, is not in the bucket. "glacier-pipe rm ${record.archiveId}" records that.`
    if (facts === 'unknown') return deniedText(record.archiveId)
    if (!isCertainlySame(record, facts)) return replacedText(record)
  }
  return undefined
}

/** The deletions of an entry, the last volume first; why it is kept, as a sentence, if the bucket has something else. */
async function deletionsOf(
  { entry, action }: PlannedEntry,
  bucket: EmptiedBucket,
  freeUntilMs: number,
): Promise<Deletion[] | string> {
  const planned = lastVolumeFirst(archivesOf(entry)).map((record) => {
    return { archiveId: record.archiveId, record, set: entry.set }
  })
  const found = await storedObjects(planned, bucket, true, isCertainlySame).catch((error: unknown) => {
    if (error instanceof ReplacedObjectError) return error
    throw error
  })
  if (found instanceof ReplacedObjectError) return replacedText({ ...entry, archiveId: found.archiveId })
  const [denied] = found.unseen
  if (denied !== undefined) return deniedText(denied)
  const records: ArchiveRecord[] = []
  for (const { archiveId, record, volume } of found.removals) {
    if (volume !== undefined || !record)
      return `the bucket has a volume of it that the catalog does not know, ${archiveId}. "glacier-pipe rm ${entry.id}" deletes both.`
    records.push(record)
  }
  const freeMs = freeTimeOf(records) // a lifecycle rule may have moved the objects to another class since
  if (action === 'delete' && freeMs > freeUntilMs)
    return `by the storage class that it has now, it is charged for until ${dayOf(freeMs)} anyway. --now deletes it at once.`
  return found.removals.map(deletionOf)
}

function replacedText({ archiveId, vaultName }: Pick<ArchiveRecord, 'archiveId' | 'vaultName'>): string {
  return `${archiveId} is another object than the catalog has, or has no SHA-256. "glacier-pipe catalog rebuild ${vaultName}" records what it is, if it has one.`
}

function deniedText(archiveId: string): string {
  return `the policies do not permit to look at ${archiveId}, which may have been replaced. The permission is s3:GetObject.`
}
