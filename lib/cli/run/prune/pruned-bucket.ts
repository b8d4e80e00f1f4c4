/**
 * `prune s3://BUCKET/PREFIX`: each object is looked at before it is deleted, and before that the objects of its series that the plan
 * keeps. Keys are used again: what the catalog has of a key may have been replaced or deleted by another machine or program, and
 * the plan is about what the catalog has.
 */
import type { ArchiveRecord } from '../../../catalog/record.js'
import { keyIn } from '../../../catalog/vault-address.js'
import type { Deletion } from '../../../deletion/delete-archives.js'
import type { PruneOptions } from '../../commands/archives/prune.js'
import type { Io } from '../../io.js'
import { without } from '../../options/object-options.js'
import { withBucketScope } from '../bucket-scope.js'
import { deletionOf, lastVolumeFirst } from '../rm/removal.js'
import {
  factsOf,
  isCertainlySame,
  ReplacedObjectError,
  storedObjects,
  type EmptiedBucket,
} from '../rm/stored-objects.js'
import { archivesOf } from './candidates.js'
import { deletePlanned } from './delete-planned.js'
import type { PlannedEntry, PrunePlan } from './prune-plan.js'
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
    const { request, address } = bucket
    // A deletion is not repeated: another object may be at the key by then. The next run looks at it again.
    const deleting = {
      deleteArchive: ({ archiveId }: { readonly archiveId: string }) =>
        connection.client.deleteObject({ ...request, key: keyIn(archiveId) }),
    }
    await run({
      vault: { ...address, accountId: options.bucketOwner ?? connection.accountId },
      has: (name) => name.startsWith(prefix),
      deletePlanned: (plan) =>
        deletePlanned(
          (keep) => unchanged(plan, bucket, keep),
          { connection, client: deleting, vaultName: address.vaultName, options },
          io,
        ),
    })
  })
}

/** The deletions of the entries whose objects are what the catalog has, each after a look at its objects. */
async function* unchanged(
  { groups, deleted }: PrunePlan,
  bucket: EmptiedBucket,
  keep: (line: string) => void,
): AsyncGenerator<readonly Deletion[], void, undefined> {
  const begun = { entries: deleted.filter(({ action }) => action === 'complete') }
  for (const { entries } of [begun, ...groups]) {
    const deletions = entries.filter(({ action }) => action !== 'keep')
    const kept = deletions.length === 0 ? [] : entries.filter(({ action }) => action === 'keep')
    const lost = await lostAmong(kept, bucket)
    for (const planned of deletions) {
      const found = lost ?? (await deletionsOf(planned, bucket))
      if (typeof found === 'string') keep(`The archive ${planned.entry.id} is kept: ${found}`)
      else yield found
    }
  }
}

/** Why no object may be deleted in favour of some others, as a sentence: one of these is not what the catalog has. */
async function lostAmong(kept: readonly PlannedEntry[], bucket: EmptiedBucket): Promise<string | undefined> {
  for (const record of kept.flatMap(({ entry }) => archivesOf(entry))) {
    const facts = await factsOf(keyIn(record.archiveId), bucket)
    if (facts === 'missing')
      return `${record.archiveId}, which the plan keeps in its place, is not in the bucket. "glacier-pipe rm ${record.archiveId}" records that.`
    if (facts === 'unknown') return deniedText(record.archiveId)
    if (!isCertainlySame(record, facts)) return replacedText(record)
  }
  return undefined
}

/** The deletions of an entry, the last volume first; why it is kept, as a sentence, if the bucket has something else. */
async function deletionsOf({ entry }: PlannedEntry, bucket: EmptiedBucket): Promise<Deletion[] | string> {
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
  const unplanned = found.removals.find(({ volume }) => volume !== undefined)
  if (unplanned)
    return `the bucket has a volume of it that the catalog does not know, ${unplanned.archiveId}. "glacier-pipe rm ${entry.id}" deletes both.`
  return found.removals.map(deletionOf)
}

function replacedText({ archiveId, vaultName }: Pick<ArchiveRecord, 'archiveId' | 'vaultName'>): string {
  return `${archiveId} is another object than the catalog has, or has no SHA-256. "glacier-pipe catalog rebuild ${vaultName}" records what it is, if it has one.`
}

function deniedText(archiveId: string): string {
  return `the policies do not permit to look at ${archiveId}, which may have been replaced. The permission is s3:GetObject.`
}
