import type { FaultKind } from '../../lib/local/index.js'

/** The faults that belong to a retrieval, and `slow`, which fails nothing. */
type OutputFault =
  | 'expired-job'
  | 'no-capacity'
  | 'no-hash'
  | 'cut-output'
  | 'corrupt-output'
  | 'whole-output'
  | 'other-range'
  | 'slow'

/** The faults of an upload. A `Record` with these keys does not compile unless it has all of them. */
export type UploadFault = Exclude<FaultKind, OutputFault>
