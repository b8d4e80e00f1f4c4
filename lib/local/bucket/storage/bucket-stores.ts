/** All stores of a local bucket server, and how they behave. */
import { BucketMeter } from '../costs/bucket-meter.js'
import { BucketFiles } from './bucket-files.js'
import type { BucketContext } from './bucket-context.js'
import { ConditionalWrites } from './conditional-writes.js'
import { KeyIndex } from './key-index.js'
import { MultipartFiles } from './multipart-files.js'
import { ObjectFiles } from './object-files.js'
import type { RestoreDelay } from './restore-delay.js'
import { Restores } from './restores.js'

/** How the stores behave. */
export interface BucketBehaviour {
  /** Whether a missing bucket is created when something is stored in it. */
  readonly createBuckets: boolean
  /** Milliseconds for which a completion can be repeated. */
  readonly repeatableFor: number
  /** Whether checksums are checked, kept and returned. */
  readonly partHashes: boolean
  readonly restoreDelay: RestoreDelay
}

/** All stores of a local bucket server. */
export interface BucketStores extends BucketBehaviour {
  readonly context: BucketContext
  readonly buckets: BucketFiles
  readonly objects: ObjectFiles
  readonly uploads: MultipartFiles
  readonly keys: KeyIndex
  readonly restores: Restores
  readonly conditionalWrites: ConditionalWrites
  /** Counts what is charged for and leaves no trace on disk. */
  readonly meter: BucketMeter
}

/** Makes the stores. */
export function makeBucketStores(context: BucketContext, behaviour: BucketBehaviour): BucketStores {
  const buckets = new BucketFiles(context)
  const meter = new BucketMeter(context.now)
  const restores = new Restores(context, meter)
  const objects = new ObjectFiles(context, buckets, restores, meter)
  return {
    ...behaviour,
    context,
    buckets,
    objects,
    keys: new KeyIndex(context, objects),
    uploads: new MultipartFiles(context, buckets, meter),
    restores,
    conditionalWrites: new ConditionalWrites(),
    meter,
  }
}
