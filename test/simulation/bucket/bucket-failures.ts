/** The errors of the simulated bucket. They are made by the mapping of the SDK's adapter. */
import { toBucketError } from '../../../lib/s3/sdk/bucket-error.js'
import type { GlacierPipeError } from '../../../lib/errors.js'
import type { ServiceErrors } from '../network/service-errors.js'
import { ServiceRefusal } from '../service/service.js'

/** The errors of a bucket. */
export const BUCKET_ERRORS: ServiceErrors = {
  refusal: (operation, { status, code, message }) => {
    // A response to HEAD has no body: the SDK names the error by the status, at best.
    if (operation.startsWith('Head'))
      return failed(operation, status, { name: status === 404 ? 'NotFound' : 'Unknown' })
    return failed(operation, status, { name: code, Code: code, message })
  },
  bareStatus: (operation, status) => failed(operation, status, { name: 'Unknown' }),
  connection: (operation, code) => {
    const syscall = code === 'ECONNREFUSED' ? 'connect' : 'read'
    const thrown = Object.assign(new Error(`${syscall} ${code}`), { code, syscall })
    return toBucketError(operation, thrown, undefined, 'transport', undefined)
  },
  throttling: () => new ServiceRefusal(503, 'SlowDown', 'Please reduce your request rate.'),
  serviceFailure: () => new ServiceRefusal(500, 'InternalError', 'We encountered an internal error.'),
  expiredToken: () => new ServiceRefusal(400, 'ExpiredToken', 'The provided token has expired.'),
  slowRequest: () =>
    new ServiceRefusal(
      400,
      'RequestTimeout',
      'Your socket connection to the server was not read from in time.',
    ),
}

function failed(
  operation: string,
  httpStatusCode: number,
  {
    name,
    Code,
    message = 'UnknownError',
  }: { readonly name: string; readonly Code?: string; readonly message?: string },
): GlacierPipeError {
  const $metadata = { httpStatusCode, requestId: 'simulated' }
  const fields = { name, $fault: 'client', $metadata, ...(Code !== undefined && { Code }) }
  return toBucketError(
    operation,
    Object.assign(new Error(message), fields),
    undefined,
    'transport',
    undefined,
  )
}
