import { inspect } from 'node:util'
import t from 'tap'
import type { ServiceError } from '../../../lib/errors.js'
import type { BucketClient } from '../../../lib/s3/bucket-client.js'
import { toBucketError } from '../../../lib/s3/sdk/bucket-error.js'
import { failureKindOf, mayHaveActed, type FailureKind } from '../../../lib/store/failure.js'
import { headers, refusal, REQUEST_ID, scriptedBucket, xml, errorXml } from '../../helpers/scripted-bucket.js'

const where = { bucket: 'backups', key: 'docs.tar' }
const upload = { ...where, uploadId: 'u' }
const body = { bytes: Buffer.from('abc'), sha256: 'ab'.repeat(32) }

/** A request of each kind, by the name of the operation. */
const CALLS = {
  UploadPart: (client) => client.uploadPart({ ...upload, ...body, partNumber: 1 }),
  PutObject: (client) => client.putObject({ ...where, ...body, ifAbsent: true }),
  CompleteMultipartUpload: (client) => client.completeUpload({ ...upload, parts: [] }),
  CreateMultipartUpload: (client) => client.createUpload(where),
  GetObject: (client) => client.getObject({ ...where, range: { start: 0, end: 9 } }),
  HeadObject: (client) => client.headObject(where),
  HeadBucket: (client) => client.headBucket({ bucket: 'backups' }),
  RestoreObject: (client) => client.restoreObject({ ...where, days: 1 }),
  ListObjectsV2: (client) => client.listObjects({ bucket: 'backups' }),
  AbortMultipartUpload: (client) => client.abortUpload(upload),
  ListParts: (client) => client.listParts(upload),
} satisfies Record<string, (client: BucketClient) => Promise<unknown>>

type Row = readonly [
  operation: keyof typeof CALLS,
  status: number,
  code: string,
  name: string,
  reason: string | undefined,
  kind: FailureKind,
  advice: RegExp,
]

const ROWS: readonly Row[] = [
  ['UploadPart', 404, 'NoSuchUpload', 'NotFoundError', 'upload-not-found', 'final', /lifecycle rule/],
  [
    'AbortMultipartUpload',
    404,
    'NoSuchUpload',
    'NotFoundError',
    'upload-not-found',
    'final',
    /completed or aborted/,
  ],
  ['ListParts', 404, 'NoSuchUpload', 'NotFoundError', 'upload-not-found', 'final', /lifecycle rule/],
  ['ListParts', 404, 'NoSuchKey', 'NotFoundError', 'upload-not-found', 'final', /lifecycle rule/],
  ['GetObject', 404, 'NoSuchKey', 'NotFoundError', 'object-not-found', 'final', /Check the key/],
  ['GetObject', 404, 'NoSuchVersion', 'NotFoundError', 'object-not-found', 'final', /Check the key/],
  [
    'CreateMultipartUpload',
    404,
    'NoSuchBucket',
    'NotFoundError',
    'bucket-not-found',
    'final',
    /or create it/,
  ],
  [
    'CreateMultipartUpload',
    403,
    'AccessDenied',
    'AccessDeniedError',
    undefined,
    'final',
    /permit s3:PutObject\./,
  ],
  [
    'ListObjectsV2',
    403,
    'AllAccessDisabled',
    'AccessDeniedError',
    undefined,
    'final',
    /permit s3:ListBucket\./,
  ],
  [
    'PutObject',
    403,
    'KMS.AccessDeniedException',
    'AccessDeniedError',
    undefined,
    'final',
    /kms:GenerateDataKey/,
  ],
  ['PutObject', 400, 'KMS.DisabledException', 'ServiceError', undefined, 'final', /KMS key/],
  ['PutObject', 400, 'KMS.NotFoundException', 'ServiceError', undefined, 'final', /KMS key/],
  ['UploadPart', 503, 'SlowDown', 'ServiceError', undefined, 'throttled', /fewer requests/],
  ['UploadPart', 503, 'ServiceUnavailable', 'ServiceError', undefined, 'transient', /The reason\./],
  ['UploadPart', 500, 'InternalError', 'ServiceError', undefined, 'transient', /The reason\./],
  ['UploadPart', 400, 'RequestTimeout', 'ServiceError', undefined, 'slow', /The reason\./],
  ['UploadPart', 409, 'OperationAborted', 'ServiceError', undefined, 'transient', /The reason\./],
  ['UploadPart', 307, 'TemporaryRedirect', 'ServiceError', undefined, 'transient', /new/],
  ['UploadPart', 403, 'RequestTimeTooSkewed', 'CredentialsError', 'signature-time', 'transient', /clock/],
  [
    'UploadPart',
    400,
    'BadDigest',
    'ServiceError',
    'body-hash-mismatch',
    'corrupted',
    /not those that were sent/,
  ],
  ['UploadPart', 400, 'InvalidDigest', 'ServiceError', 'body-hash-mismatch', 'corrupted', /not those/],
  [
    'UploadPart',
    400,
    'XAmzContentSHA256Mismatch',
    'ServiceError',
    'body-hash-mismatch',
    'corrupted',
    /not those/,
  ],
  ['UploadPart', 400, 'IncompleteBody', 'ServiceError', undefined, 'corrupted', /The reason\./],
  [
    'UploadPart',
    400,
    'ExpiredToken',
    'CredentialsError',
    'credentials-expired',
    'expired',
    /Get new credentials/,
  ],
  [
    'UploadPart',
    403,
    'InvalidAccessKeyId',
    'CredentialsError',
    'credentials-rejected',
    'final',
    /Check the access key/,
  ],
  [
    'UploadPart',
    403,
    'SignatureDoesNotMatch',
    'CredentialsError',
    'credentials-rejected',
    'final',
    /its secret/,
  ],
  [
    'UploadPart',
    400,
    'AuthorizationHeaderMalformed',
    'CredentialsError',
    'credentials-rejected',
    'final',
    /access key/,
  ],
  ['PutObject', 400, 'EntityTooLarge', 'ServiceError', undefined, 'final', /5 GiB/],
  ['PutObject', 400, 'InvalidStorageClass', 'ServiceError', undefined, 'final', /another one/],
  ['PutObject', 400, 'KeyTooLongError', 'ServiceError', undefined, 'final', /1,024 bytes/],
  ['PutObject', 400, 'InvalidArgument', 'ServiceError', undefined, 'final', /storage class/],
  ['CreateMultipartUpload', 400, 'InvalidArgument', 'ServiceError', undefined, 'final', /STANDARD/],
  ['UploadPart', 400, 'InvalidArgument', 'ServiceError', undefined, 'final', /The reason\. \(/],
  ['PutObject', 501, 'NotImplemented', 'ServiceError', undefined, 'final', /servers other than S3/],
  ['PutObject', 412, 'PreconditionFailed', 'ServiceError', 'exists', 'final', /is not overwritten/],
  [
    'PutObject',
    409,
    'ConditionalRequestConflict',
    'ServiceError',
    'conditional-conflict',
    'transient',
    /choose another key/,
  ],
  [
    'CompleteMultipartUpload',
    412,
    'PreconditionFailed',
    'ServiceError',
    'exists',
    'final',
    /not overwritten unless that is permitted/,
  ],
  [
    'CompleteMultipartUpload',
    409,
    'ConditionalRequestConflict',
    'ServiceError',
    'conditional-conflict',
    'corrupted',
    /choose another key/,
  ],
  ['CompleteMultipartUpload', 400, 'EntityTooSmall', 'ServiceError', 'completion-refused', 'final', /5 MiB/],
  [
    'CompleteMultipartUpload',
    400,
    'InvalidPart',
    'ServiceError',
    'completion-refused',
    'final',
    /The reason\./,
  ],
  ['CompleteMultipartUpload', 400, 'InvalidPartOrder', 'ServiceError', 'completion-refused', 'final', /./],
  ['CompleteMultipartUpload', 400, 'InvalidRequest', 'ServiceError', 'completion-refused', 'final', /./],
  ['CompleteMultipartUpload', 400, 'BadDigest', 'ServiceError', 'completion-refused', 'corrupted', /./],
  ['UploadPart', 400, 'EntityTooSmall', 'ServiceError', undefined, 'final', /5 MiB/],
  ['GetObject', 403, 'InvalidObjectState', 'ServiceError', 'not-restored', 'final', /restore it/],
  ['GetObject', 412, 'PreconditionFailed', 'ServiceError', 'object-changed', 'final', /was replaced/],
  ['RestoreObject', 403, 'InvalidObjectState', 'ServiceError', 'not-archived', 'final', /read at once/],
  ['RestoreObject', 409, 'RestoreAlreadyInProgress', 'ServiceError', 'restore-in-progress', 'final', /Wait/],
  [
    'RestoreObject',
    503,
    'GlacierExpeditedRetrievalNotAvailable',
    'RetrievalRefusedError',
    undefined,
    'final',
    /Bulk/,
  ],
  [
    'GetObject',
    416,
    'InvalidRange',
    'ServiceError',
    undefined,
    'final',
    /^GetObject: The reason\. \(InvalidRange\)$/,
  ],
]

t.test('each error of the service has a class, a reason, a kind and a remedy', async (t) => {
  for (const [operation, status, code, name, reason, kind, advice] of ROWS) {
    const { client, seen } = await scriptedBucket(t, refusal(status, code))
    const error = await CALLS[operation](client).catch((error: unknown) => error)
    const what = `${code} of ${operation}`
    t.match(
      error,
      { name, serviceCode: code, status, operation, requestId: 'REQUEST1', message: advice },
      what,
    )
    t.equal((error as ServiceError).reason, reason, what)
    t.equal(failureKindOf(error), kind, what)
    t.equal(mayHaveActed(error), status >= 500, what)
    t.notMatch((error as ServiceError).message, /\n|\.\./)
    t.equal(seen.length, 1)
  }
})

t.test('a refusal of HEAD has no body: the status decides', async (t) => {
  const rows = [
    ['HeadObject', 404, 'NotFoundError', 'NotFound', 'object-not-found'],
    ['HeadBucket', 404, 'NotFoundError', 'NotFound', 'bucket-not-found'],
    ['HeadObject', 403, 'AccessDeniedError', 'AccessDenied', undefined],
    ['HeadObject', 412, 'ServiceError', 'PreconditionFailed', 'exists'],
    ['HeadBucket', 301, 'ServiceError', 'PermanentRedirect', 'wrong-region'],
    ['HeadObject', 400, 'ServiceError', 'HTTP 400', undefined],
    ['HeadObject', 503, 'ServiceError', 'HTTP 503', undefined],
  ] as const
  for (const [operation, status, name, serviceCode, reason] of rows) {
    const { client } = await scriptedBucket(t, headers(status))
    const error = await CALLS[operation](client).catch((error: unknown) => error)
    t.match(error, { name, serviceCode, status, requestId: 'REQUEST1' })
    t.equal((error as ServiceError).reason, reason)
    t.notMatch((error as ServiceError).message, /Unknown/)
  }
  const { client } = await scriptedBucket(t, (_request, response) => response.writeHead(301).end())
  await t.rejects(
    client.headBucket({ bucket: 'backups' }),
    { name: 'ServiceError', serviceCode: 'UnexpectedResponse' },
    'a page to sign in',
  )
})

t.test('a bucket of another region is named with its region', async (t) => {
  const region = { 'x-amz-bucket-region': 'eu-west-1' }
  const named = {
    name: 'ServiceError',
    reason: 'wrong-region',
    message: /is in the region eu-west-1, .* Use the region eu-west-1\./,
  }
  const answers = [
    ['CreateMultipartUpload', refusal(301, 'PermanentRedirect', region), 'PermanentRedirect'],
    ['PutObject', refusal(301, 'PermanentRedirect', region), 'PermanentRedirect'],
    ['HeadObject', headers(301, region), 'PermanentRedirect'],
    ['HeadBucket', headers(400, region), 'PermanentRedirect'],
    ['GetObject', refusal(400, 'AuthorizationHeaderMalformed', region), 'AuthorizationHeaderMalformed'],
    [
      'GetObject',
      refusal(400, 'AuthorizationHeaderMalformed', {}, '<Region>eu-west-1</Region>'),
      'AuthorizationHeaderMalformed',
    ],
    [
      'PutObject',
      refusal(400, 'IllegalLocationConstraintException', region),
      'IllegalLocationConstraintException',
    ],
  ] as const
  for (const [operation, answer, serviceCode] of answers) {
    const service = await scriptedBucket(t, answer)
    const following = service.sdkClient({ followRegionRedirects: true, maxAttempts: 5 })
    const { s3Client } = await import('../../../lib/s3/sdk/s3-client.js')
    for (const client of [service.client, s3Client(following)]) {
      service.seen.length = 0
      const error = await CALLS[operation](client).catch((error: unknown) => error)
      t.match(error, { ...named, serviceCode }, operation)
      t.equal(failureKindOf(error), 'final')
      t.equal(service.seen.length, 1, 'the redirection is not followed')
    }
  }
  const odd = { 'x-amz-bucket-region': 'eu\u0080; rm' }
  const { client } = await scriptedBucket(t, refusal(301, 'PermanentRedirect', odd))
  await t.rejects(client.createUpload(where), {
    reason: 'wrong-region',
    message: /Use the region of the bucket\./,
  })
})

t.test('a response without a code of the service is not the service', async (t) => {
  const page = (status: number, text: string, own: Record<string, string> = {}) =>
    scriptedBucket(t, (_request, response) => {
      response.writeHead(status, { 'content-type': 'text/html', ...own }).end(text)
    })
  const texts = [
    '<html><body>Not Found</body></html>',
    '<!DOCTYPE html><p>Sorry',
    '{"message":"no"}',
    '',
    'no',
  ]
  for (const text of texts) {
    for (const status of [302, 403, 404, 502]) {
      const { client } = await page(status, text)
      const error = await client
        .uploadPart({ ...upload, ...body, partNumber: 1 })
        .catch((error: unknown) => error)
      t.match(error, { name: 'ServiceError', serviceCode: 'UnexpectedResponse', status }, `${status} ${text}`)
      t.equal(failureKindOf(error), status === 502 ? 'transient' : 'corrupted')
    }
  }
  const { client } = await page(500, '', REQUEST_ID)
  await t.rejects(client.createUpload(where), {
    name: 'ServiceError',
    serviceCode: 'HTTP 500',
    message: /stated no reason/,
  })
  const odd = await scriptedBucket(t, xml(404, errorXml('<b>x</b>')))
  await t.rejects(odd.client.createUpload(where), { name: 'ServiceError', serviceCode: 'HTTP 404' })
})

t.test('no secret of a request is in an error, nor a control character of a message', async (t) => {
  const token = 'SECRET-TOKEN'
  const fields = `<Token-0>${token}</Token-0><CanonicalRequest>x-amz-security-token:${token}</CanonicalRequest>`
  for (const code of ['ExpiredToken', 'SignatureDoesNotMatch']) {
    const { client } = await scriptedBucket(t, refusal(403, code, {}, fields))
    const error = await client.createUpload(where).catch((error: unknown) => error)
    t.notMatch(inspect(error, { depth: 10 }), token)
    t.match(inspect(error, { depth: 10 }), code)
  }
  const { client } = await scriptedBucket(t, xml(400, errorXml('MalformedXML', 'a\u009b[31mb\nc\u202e')))
  await t.rejects(client.createUpload(where), {
    message: 'CreateMultipartUpload: a\\u{9b}[31mb c\\u{202e}. (MalformedXML)',
  })
  const long = await scriptedBucket(t, xml(400, errorXml('MalformedXML', 'x'.repeat(5000))))
  const error = await long.client.createUpload(where).catch((error: unknown) => error as Error)
  t.ok((error as Error).message.length < 1100)
})

t.test(
  'a failure of the network, of this machine and of the caller is what it is for every service',
  async (t) => {
    const service = await scriptedBucket(t, headers(200))
    await service.close()
    await t.rejects(service.client.headObject(where), {
      name: 'ConnectionError',
      serviceCode: 'ECONNREFUSED',
      operation: 'HeadObject',
    })
    const reset = await scriptedBucket(t, (_request, response) => response.destroy())
    await t.rejects(reset.client.createUpload(where), { name: 'ConnectionError' })
    const prepared = toBucketError('X', new TypeError('odd'), undefined, 'preparation', undefined)
    t.match(prepared, { name: 'ServiceError', serviceCode: 'TypeError', message: 'X: odd. (TypeError)' })
  },
)

t.test('an operation that has no permission of its own is refused without one', (t) => {
  const $metadata = { httpStatusCode: 403 }
  const denied = Object.assign(new Error('no'), { Code: 'AccessDenied', $fault: 'client', $metadata })
  t.match(toBucketError('Other', denied, undefined, 'transport', undefined), {
    name: 'AccessDeniedError',
    message: /do not permit the request\./,
  })
  t.end()
})
