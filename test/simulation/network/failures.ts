/**
 * The errors of the simulated network. They are made by the mapping of the SDK's adapter, so that they have its classes
 * and fields.
 */
import { ConnectionError, type GlacierPipeError } from '../../../lib/errors.js'
import { foreignResponse, toServiceError } from '../../../lib/client/sdk/service-error.js'
import { expiredToken, serviceFailure, throttling } from '../service/refusals.js'
import { ServiceRefusal } from '../service/service.js'
import type { ServiceErrors } from './service-errors.js'

/** The error for a response that refuses the request. */
export function refusalError(
  operation: string,
  { status, code, message }: ServiceRefusal,
  requestId = 'simulated',
): GlacierPipeError {
  const $metadata = { httpStatusCode: status, requestId }
  const thrown = Object.assign(new Error(message), { name: code, $fault: 'client', $metadata })
  return toServiceError(operation, thrown, undefined, 'transport')
}

/** The error for a response with a status, and without an error code of the service. */
export function bareStatusError(operation: string, status: number): GlacierPipeError {
  const $metadata = { httpStatusCode: status, requestId: 'simulated' }
  const thrown = Object.assign(new Error('UnknownError'), { name: 'Unknown', $fault: 'client', $metadata })
  return toServiceError(operation, thrown, undefined, 'transport')
}

/** The error for a connection that fails with a code of Node.js. */
export function connectionError(operation: string, code: string): GlacierPipeError {
  const syscall = code === 'ECONNREFUSED' ? 'connect' : 'read'
  const thrown = Object.assign(new Error(`${syscall} ${code}`), { code, syscall })
  return toServiceError(operation, thrown, undefined, 'transport')
}

/** The error of a request that the client gives up after the idle timeout. */
export function timeoutError(operation: string): GlacierPipeError {
  return new ConnectionError('No progress for 300 s.', { operation, serviceCode: 'TimeoutError' })
}

/** The error for a page of a proxy. */
export function pageError(operation: string, status: number): GlacierPipeError {
  return foreignResponse(operation, status)
}

/** The errors of a vault. */
export const VAULT_ERRORS: ServiceErrors = {
  refusal: refusalError,
  bareStatus: bareStatusError,
  connection: connectionError,
  throttling,
  serviceFailure,
  expiredToken,
  slowRequest: () => new ServiceRefusal(408, 'RequestTimeoutException', 'Request timed out.'),
}
