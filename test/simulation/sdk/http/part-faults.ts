/** The faults of a request that sends a part, as the outcomes of a run. Every service below the SDK has them. */
import type { ListedOutcomes } from '../../service/listed-world.js'

/** The request that they are about. */
export const PART = 'upload-1/uploadPart'

/** The outcomes of each fault. */
export const PART_FAULTS: readonly ListedOutcomes[] = [
  { [`${PART}/throttled`]: 'true' },
  { [`${PART}/server-error`]: 'true' },
  { [`${PART}/server-error`]: 'true', [`${PART}/status`]: '502' },
  { [`${PART}/server-error-after`]: 'true', [`${PART}/status`]: '503' },
  { [`${PART}/request-lost`]: 'true' },
  { [`${PART}/request-lost`]: 'true', [`${PART}/lost-by`]: 'ECONNREFUSED' },
  { [`${PART}/request-lost`]: 'true', [`${PART}/lost-by`]: 'ETIMEDOUT' },
  { [`${PART}/request-lost`]: 'true', [`${PART}/lost-by`]: 'silence' },
  { [`${PART}/request-late`]: 'true' },
  { [`${PART}/request-late`]: 'true', [`${PART}/lost-by`]: 'silence' },
  { [`${PART}/response-lost`]: 'true' },
  { [`${PART}/response-lost`]: 'true', [`${PART}/lost-by`]: 'silence' },
  { [`${PART}/response-late`]: 'true', [`${PART}/late-min`]: '4' },
  { [`${PART}/middlebox-page`]: 'true' },
  { [`${PART}/middlebox-page`]: 'true', [`${PART}/status`]: '200', [`${PART}/forwarded`]: 'true' },
  { [`${PART}/middlebox-page`]: 'true', [`${PART}/status`]: '403' },
  { [`${PART}/early-response`]: 'true' },
  { [`${PART}/early-response`]: 'true', [`${PART}/early`]: 'server-error' },
  { [`${PART}/early-response`]: 'true', [`${PART}/early`]: 'ECONNRESET' },
  { [`${PART}/slow-request`]: 'true' },
  { [`${PART}/slow-request`]: 'true', [`${PART}/408`]: 'without-body' },
  { [`${PART}/slow-request`]: 'true', [`${PART}/408`]: 'without-id' },
  { [`${PART}/body-damaged`]: 'true', [`${PART}/damaged-byte`]: '7' },
  { [`${PART}/credentials-expired`]: 'true' },
]
