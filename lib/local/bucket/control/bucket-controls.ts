/** The controls over HTTP of a local bucket, which the local vault beside it answers. None that changes something is a GET. */
import type { AddedControls } from '../../control/added-controls.js'
import { BUCKET_FAULT_KINDS } from '../../faults/bucket-fault-kinds.js'
import type { BucketFaultRule } from '../faults/bucket-faults.js'
import { BUCKET_OPERATION_NAMES } from '../service/bucket-operations.js'
import { readBucketParts, readBuckets, readBucketUploads, readObjects } from './bucket-readings.js'
import type { ControlledBucket } from './controlled-bucket.js'

/** By method and path below `/.control/`. What a control passes on unchecked is checked by the object it calls. */
export function bucketControls(bucket: ControlledBucket): AddedControls {
  const { endpoint, region, accountId, control, faults, traffic, costs, stores } = bucket
  return {
    'GET buckets/overview': () => ({
      ...{ endpoint, region, accountId },
      faultKinds: BUCKET_FAULT_KINDS,
      operations: BUCKET_OPERATION_NAMES,
    }),
    'GET buckets': (_, query) => readBuckets(bucket, query),
    'GET buckets/objects': (_, query) => readObjects(stores, query),
    'GET buckets/uploads': (_, query) => readBucketUploads(stores, query),
    'GET buckets/parts': (_, query) => readBucketParts(stores, query),
    'GET buckets/faults': () => ({ faults: faults.list() }),
    'GET buckets/traffic': () => traffic.all(),
    'GET buckets/costs': () => costs(),
    'POST buckets/restores/complete': () => {
      control.completeRestores()
      return {}
    },
    'POST buckets/faults': (rule) => {
      faults.add(rule as unknown as BucketFaultRule)
      return { faults: faults.list() }
    },
    'DELETE buckets/faults': () => {
      faults.clear()
      return { faults: [] }
    },
  }
}
