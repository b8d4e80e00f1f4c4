/** The reads of a `get` from objects: the bytes of each, and how they are divided into requests. */
import type { ByteRange } from '../../../../byte-range.js'
import { invariant } from '../../../../invariant.js'
import { outputSizeOf, planRetrieval, type RetrievalRules } from '../../../../retrieve/retrieval-plan.js'
import { restoreTimesOf } from '../../../../s3/restore/restore-times.js'
import type { ObjectFacts } from '../../../../s3/bucket-responses.js'
import { asUsageError } from '../../../options/option-names.js'
import type { FoundObject } from '../../objects/find-objects.js'
import type { SourceRetrieval } from './get-source.js'

/** Whether an object must be restored: `needed`, `running`, `restored` or `none`. */
export type RestoreNeed = 'needed' | 'none' | 'restored' | 'running'

/** Whether an object must be restored before it is read. */
export function restoreNeedOf(facts: ObjectFacts): RestoreNeed {
  if (!restoreTimesOf(facts)) return 'none'
  if (!facts.restore) return 'needed'
  return facts.restore.isInProgress ? 'running' : 'restored'
}

/** A read of an object. */
export interface ObjectRead {
  readonly object: FoundObject
  /** Bytes that are handed on. */
  readonly bytes: number
  /** The range of the object that is handed on; `undefined` for all of it. */
  readonly range: ByteRange | undefined
}

/**
 * The reads of a retrieval, in its order. Nothing is requested.
 *
 * @throws {UsageError} a range that is not within the objects
 */
export function readsOf(
  retrieval: SourceRetrieval,
  objects: readonly FoundObject[],
  rules: RetrievalRules,
): ObjectRead[] {
  const { jobs } = asUsageError(() => planRetrieval(retrieval, rules))
  return jobs.map((job) => {
    const object = objects.find(({ archiveId }) => archiveId === job.archiveId)
    const bytes = outputSizeOf(job)
    invariant(
      object !== undefined && bytes !== undefined,
      'the jobs are of the objects, whose sizes are known',
    )
    return { object, bytes, range: job.requestedRange }
  })
}

/** The reads for which a restore is started. */
export function neededIn(reads: readonly ObjectRead[]): ObjectRead[] {
  return reads.filter(({ object }) => restoreNeedOf(object.facts) === 'needed')
}

/** The number of requests of a read: one for each part, as far as the parts are known. */
export function requestsOf({ object: { facts }, range }: ObjectRead): number {
  const { start, end } = range ?? { start: 0, end: facts.size }
  const partSize = partSizeOf(facts)
  if (partSize === 0) return 1
  return Math.max(1, Math.ceil(end / partSize) - Math.floor(start / partSize))
}

/**
 * Bytes of the largest part of an object, as far as they are known before its parts are: the size that its metadata states,
 * or the share of each part if that is more. An object that another program has stored in one request is one part.
 */
export function partSizeOf({ size, hash, metadata: { 'part-size': stated = '' } }: ObjectFacts): number {
  const share = hash ? Math.ceil(size / (hash.parts ?? 1)) : 0
  return Math.max(share, /^\d{1,15}$/.test(stated) ? Number(stated) : 0)
}
