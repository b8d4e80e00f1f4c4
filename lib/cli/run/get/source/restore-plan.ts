/** The plan of the restores of a `get`, for `--dry-run`, and the notes before they start. */
import { restoreTimesOf } from '../../../../s3/restore/restore-times.js'
import type { ObjectFacts } from '../../../../s3/bucket-responses.js'
import { invariant } from '../../../../invariant.js'
import { outputSizeOf, planRetrieval, type RetrievalRules } from '../../../../retrieve/retrieval-plan.js'
import { DEFAULT_MEMORY, MIN_PIECES } from '../../../../transfer/memory-plan.js'
import type { GetOptions } from '../../../commands/archives/get.js'
import type { Io } from '../../../io.js'
import { asUsageError } from '../../../options/option-names.js'
import { formatCount, formatSize } from '../../../output/format.js'
import { printData, printJson } from '../../../output/print.js'
import type { FoundObject } from '../../objects/find-objects.js'
import type { SourceRetrieval } from './get-source.js'
import type { PlannedRestores } from './restore-words.js'

/** Whether an object must be restored: `needed`, `running`, `restored` or `none`. */
export type RestoreNeed = 'needed' | 'none' | 'restored' | 'running'

/** The words about each {@link RestoreNeed}. */
const NEEDS: Readonly<Record<RestoreNeed, string>> = {
  needed: 'must be restored',
  running: 'is being restored already',
  restored: 'has a restored copy',
  none: 'can be read at once',
}

/** Whether an object must be restored before it is read. */
export function restoreNeedOf(facts: ObjectFacts): RestoreNeed {
  if (!restoreTimesOf(facts)) return 'none'
  if (!facts.restore) return 'needed'
  return facts.restore.isInProgress ? 'running' : 'restored'
}

/** Prints the objects that are read and those that are restored. Nothing is started. The prices of restores are not known. */
export async function printRestorePlan(
  retrieval: SourceRetrieval,
  { objects, tier, days }: PlannedRestores,
  rules: RetrievalRules,
  { json }: Pick<GetOptions, 'json'>,
  io: Io,
): Promise<void> {
  const { jobs } = asUsageError(() => planRetrieval(retrieval, rules))
  const planned = jobs.map((job) => {
    const object = objects.find(({ archiveId }) => archiveId === job.archiveId)
    invariant(object !== undefined, 'the jobs are of the objects')
    return { ...object, size: outputSizeOf(job), range: job.requestedRange }
  })
  const rows = planned.map(({ archiveId, size = 0, range, facts }) => {
    return { archiveId, size, range, storageClass: facts.storageClass, restore: restoreNeedOf(facts) }
  })
  if (json) {
    await printJson(io, { jobs: rows, tier, days })
    return
  }
  for (const { size, archiveId, range, storageClass, restore } of rows) {
    const bytes = range ? `  bytes ${range.start}-${range.end - 1}` : ''
    await printData(
      io,
      `${formatSize(size).padStart(10)}  ${archiveId}${bytes}  ${storageClass}: ${NEEDS[restore]}`,
    )
  }
  const needed = rows.filter(({ restore }) => restore === 'needed')
  const bytes = needed.reduce((sum, { size }) => sum + size, 0)
  const restores =
    needed.length === 0
      ? 'No restore is needed.'
      : `${formatCount(needed.length, 'restore')}, ${tier}, ${formatSize(bytes)}, kept for ${formatCount(days, 'day')}. The prices of restores are not known here.`
  await printData(io, `${restores} Nothing is started.`)
}

/** The note about the memory that the parts of the objects take, if it is more than the default; `undefined` otherwise. */
export function memoryNote(
  objects: readonly FoundObject[],
  { memory }: Pick<GetOptions, 'memory'>,
): string | undefined {
  const largest = Math.max(...objects.map(({ facts }) => partSizeOf(facts)))
  const held = MIN_PIECES * largest
  if (memory !== undefined || !(held > DEFAULT_MEMORY)) return undefined
  return `Parts of ${formatSize(largest)} take up to ${formatSize(held)} of memory; the default is at most ${formatSize(DEFAULT_MEMORY)}.`
}

/**
 * Bytes of the largest part of an object, as far as they are known before its parts are: the size that its metadata states,
 * or the share of each part if that is more. An object that another program has stored in one request is one part.
 */
function partSizeOf({ size, hash, metadata: { 'part-size': stated = '' } }: ObjectFacts): number {
  const share = hash ? Math.ceil(size / (hash.parts ?? 1)) : 0
  return Math.max(share, /^\d{1,15}$/.test(stated) ? Number(stated) : 0)
}
