/** The properties of a bucket: drawn once for a run, since it does not change from request to request. */
import type { World } from '../world/world.js'

/** The properties of a bucket. */
export interface BucketProperties {
  /** Which checksums the server states: of parts in lists as well, in no list, or none at all. */
  readonly checksums: 'all' | 'not-in-lists' | 'none'
  /** Whether HEAD is answered: always, only for objects that exist, or never. */
  readonly head: 'answered' | 'if-exists' | 'denied'
  readonly hasVersions: boolean
  /** Whether equal parts have equal ETags: with KMS they do not. */
  readonly hasPlainEtags: boolean
  /** Whether GetObjectAttributes states ETags: without one, an object that is replaced is not recognized by it. */
  readonly hasEtagInAttributes: boolean
  /** Whether the restore of an archived object is looked for before its ETag is compared. */
  readonly checksStateFirst: boolean
  /** The maximum of a page of parts. */
  readonly pageSize: number
}

/** Draws the properties of a bucket. */
export function drawProperties({ choices, faults }: World): BucketProperties {
  const isUnstated = faults.happens('no-checksums', 'bucket/no-checksums')
  const isDenied = faults.happens('head-denied', 'bucket/head-denied')
  return {
    checksums: isUnstated ? choices.pick('bucket/checksums', ['none', 'not-in-lists']) : 'all',
    head: isDenied ? choices.pick('bucket/head', ['if-exists', 'denied'], 0.3) : 'answered',
    hasVersions: choices.happens('bucket/versions', 0.3),
    hasPlainEtags: choices.pick('bucket/plain-etags', [true, false], 0.3),
    hasEtagInAttributes: choices.pick('bucket/etag-in-attributes', [true, false], 0.2),
    checksStateFirst: choices.pick('bucket/state-first', [true, false], 0.3),
    pageSize: choices.pick('bucket/page-size', [1000, 1, 2, 3], 0.3),
  }
}
