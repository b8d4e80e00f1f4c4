/** The response of GetObject at the port, with what the network does to its body. */
import { exactly } from '../../../../lib/s3/sdk/exact-body.js'
import type { GetRequest } from '../../../../lib/s3/bucket-requests.js'
import { bodyOf, notTheRange } from '../../network/output-body.js'
import type { SimNetwork } from '../../network/sim-network.js'
import type { FaultKind } from '../../world/faults.js'
import { BUCKET_ERRORS } from '../bucket-failures.js'
import type { RangeResponse } from '../bucket-service.js'

/**
 * Makes the body that the client gets.
 *
 * @param fault - what happens to the body
 * @throws {ServiceError} service code `UnexpectedResponse`: the response is not of the requested range, or of an object of
 *   another size
 */
export function rangeOf(
  network: SimNetwork,
  { range, objectSize, signal }: Pick<GetRequest, 'range' | 'objectSize' | 'signal'>,
  { bytes, size }: RangeResponse,
  fault: FaultKind | undefined,
): AsyncIterable<Uint8Array> {
  const operation = 'GetObject'
  const length = range.end - range.start
  const isOther = bytes.length !== length || (objectSize ?? size) !== size
  if (isOther || (fault === 'not-a-range' && length !== size)) throw notTheRange(operation)
  const body = bodyOf(network, bytes, { call: 'getObject', operation, errors: BUCKET_ERRORS, signal }, fault)
  return exactly(operation, body, length)
}
