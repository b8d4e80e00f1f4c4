/** The parts of a local bucket that the controls over HTTP read and change. */
import type { OperationTraffic } from '../../control/traffic.js'
import type { Faults } from '../../faults/faults.js'
import type { AccountRegion } from '../../service/account-region.js'
import type { BucketCosts } from '../costs/bucket-costs.js'
import type { BucketFaultRule } from '../faults/bucket-faults.js'
import type { BucketStores } from '../storage/bucket-stores.js'
import type { BucketControl } from './bucket-control.js'

/** A local bucket with its first account and region, which controls use unless a request names others. */
export interface ControlledBucket extends AccountRegion {
  /** `http://127.0.0.1:PORT`; with TLS, `https://…`. */
  readonly endpoint: string
  readonly control: BucketControl
  readonly faults: Faults<BucketFaultRule>
  /** The requests since the start, by operation. */
  readonly traffic: { all(): Readonly<Record<string, OperationTraffic>> }
  /** Computes the costs up to now. */
  readonly costs: () => Promise<BucketCosts>
  readonly stores: BucketStores
}
