/** The faults that are error responses of the service (docs/glacier-protocol.md#errors). Nothing else is done then. */
import { ApiError, insufficientCapacity, notFound, requestTimedOut, throttled } from '../service/api-error.js'
import type { FaultKind } from './faults.js'

const ERRORS: Readonly<Partial<Record<FaultKind, () => ApiError>>> = {
  timeout: requestTimedOut,
  throttle: throttled,
  'error-500': () => new ApiError(500, 'ServiceUnavailableException', 'Service unavailable.'),
  'error-503': () => new ApiError(503, 'ServiceUnavailableException', 'Service unavailable.'),
  'expired-token': () =>
    new ApiError(403, 'ExpiredTokenException', 'The security token included in the request is expired'),
  'expired-upload': () => notFound('The upload ID was not found: expired by a fault rule'),
  'expired-job': () => notFound('The job ID was not found: expired by a fault rule'),
  'no-capacity': insufficientCapacity,
  'checksum-mismatch': () =>
    new ApiError(
      400,
      'InvalidParameterValueException',
      `Checksum mismatch: expected ${'0'.repeat(64)}, computed ${'f'.repeat(64)}`,
    ),
}

/** The error of a fault; `undefined` if the fault is not an error response of the service. */
export function errorForFault(fault: FaultKind): ApiError | undefined {
  return ERRORS[fault]?.()
}
