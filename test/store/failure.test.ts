import t from 'tap'
import { toServiceError } from '../../lib/client/sdk/service-error.js'
import * as errors from '../../lib/errors.js'
import { failureKindOf, mayHaveActed, type FailureKind } from '../../lib/store/failure.js'
import { answer, failure, reset, throttled, timeout } from '../helpers/failed-requests.js'

t.test('a failure is judged by its code, then its status, then the network', async (t) => {
  const table: [Error, FailureKind, boolean][] = [
    [timeout, 'slow', false],
    [answer(408, 'Unknown'), 'slow', false],
    [answer(408, 'SyntaxError'), 'slow', false],
    [throttled, 'throttled', false],
    [answer(429, 'Unknown'), 'throttled', false],
    [answer(500, 'ServiceUnavailableException'), 'transient', true],
    [answer(503, 'ServiceUnavailableException'), 'transient', true],
    [answer(503, 'SyntaxError', 'Unexpected token <'), 'transient', true],
    [answer(502, 'Unknown'), 'transient', true],
    [answer(504, 'Unknown'), 'transient', true],
    [answer(501, 'NotImplemented'), 'final', true],
    [answer(403, 'ExpiredTokenException'), 'expired', false],
    [
      answer(403, 'InvalidSignatureException', 'Signature expired: A is now earlier than B'),
      'transient',
      false,
    ],
    [answer(403, 'InvalidSignatureException', 'Signature not yet current: A'), 'transient', false],
    [
      answer(403, 'InvalidSignatureException', 'The request signature we calculated does not match'),
      'final',
      false,
    ],
    [
      answer(
        403,
        'InvalidSignatureException',
        'The value passed in as x-amz-content-sha256 does not match the computed payload hash.',
      ),
      'corrupted',
      false,
    ],
    [
      answer(400, 'InvalidParameterValueException', 'Checksum mismatch: expected a, computed b'),
      'corrupted',
      false,
    ],
    [answer(400, 'InvalidParameterValueException', 'Invalid part size'), 'final', false],
    [answer(400, 'LimitExceededException'), 'final', false],
    [answer(503, 'InsufficientCapacityException'), 'final', true],
    [answer(403, 'AccessDeniedException'), 'final', false],
    [answer(404, 'ResourceNotFoundException'), 'final', false],
    [answer(400, 'MissingParameterValueException'), 'final', false],
    [answer(400, 'UnrecognizedClientException'), 'final', false],
    [answer(403, 'SyntaxError', 'Unexpected token <'), 'corrupted', true],
    [answer(200, 'SyntaxError', 'Unexpected token <'), 'corrupted', true],
    [answer(302, '302'), 'corrupted', true],
    [answer(407, 'Unknown'), 'corrupted', true],
    [
      toServiceError('X', Object.assign(new Error('no'), { name: 'CredentialsProviderError' })),
      'final',
      false,
    ],
    [reset, 'transient', true],
    [failure('EPIPE'), 'transient', true],
    [failure('ECONNREFUSED'), 'transient', false],
    [failure('ENOTFOUND'), 'transient', false],
    [failure('EAI_AGAIN'), 'transient', false],
    [failure('EHOSTUNREACH'), 'transient', true],
    [failure('ENETUNREACH'), 'transient', true],
    [failure('ETIMEDOUT'), 'slow', true],
    [failure('', 'TimeoutError'), 'slow', true],
    [new errors.HashMismatchError('part', 'x', 'a', 'b'), 'corrupted', true],
    [new errors.SizeMismatchError('x', 1, 2), 'corrupted', false],
    [
      new errors.ServiceError('no ID', { operation: 'X', serviceCode: 'IncompleteResponse' }),
      'corrupted',
      true,
    ],
    [new errors.AbortError(), 'final', true],
    [new TypeError('ours'), 'final', false],
  ]
  for (const [error, kind, acted] of table) {
    t.equal(failureKindOf(error), kind, error.message)
    t.equal(mayHaveActed(error), acted, `acted: ${error.message}`)
  }
  t.equal(failureKindOf('thrown'), 'final')
})

t.test(
  'an answer with none of the words of the service says that it did not come from the service',
  async (t) => {
    t.match(answer(503, 'SyntaxError', 'Unexpected token <'), {
      serviceCode: 'UnexpectedResponse',
      status: 503,
      message:
        /^UploadMultipartPart: The response did not come from the service: HTTP 503, .*A proxy, a firewall or a login page/,
    })
    const $metadata = { httpStatusCode: 404, requestId: 'r' }
    const itsOwn = toServiceError('X', Object.assign(new Error('m'), { name: 'Unknown', $metadata }))
    t.match(itsOwn, {
      serviceCode: 'HTTP 404',
      requestId: 'r',
      message: 'X: the service stated no reason (HTTP 404)',
    })
    t.equal(failureKindOf(itsOwn), 'final', 'with a request ID it is the service that answers')
  },
)
