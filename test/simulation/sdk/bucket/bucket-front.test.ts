import t from 'tap'
import { sha256Of } from '../../bucket/bucket-content.js'
import { BucketModel } from '../../bucket/bucket-model.js'
import { listedWorld, processIn } from '../../service/listed-world.js'
import { ServiceRefusal } from '../../service/service.js'
import type { SdkRequest } from '../http/http.js'
import { BucketFront } from './bucket-front.js'

const NO_BYTES = new Uint8Array()
const HASH = Buffer.from(sha256Of(NO_BYTES), 'hex').toString('base64')
const SIGNATURE = 'f'.repeat(64)

/** A request whose headers are all signed. */
function request(
  method: string,
  query: Record<string, string>,
  own: Record<string, string> = {},
  body?: string,
): SdkRequest {
  const headers = {
    host: 'backups.s3.us-east-1.amazonaws.com',
    'x-amz-content-sha256': sha256Of(Buffer.from(body ?? '')),
    ...own,
  }
  const signed = Object.keys(headers).sort().join(';')
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIDSIMULATED/20260101/us-east-1/s3/aws4_request, SignedHeaders=${signed}, Signature=${SIGNATURE}`
  return {
    ...{ method, hostname: headers.host, path: '/a.tar', query, body },
    headers: { ...headers, authorization },
  }
}

const front = (): BucketFront => {
  const world = listedWorld()
  return new BucketFront(processIn(world), new BucketModel(world))
}

/** The code with which the service does not understand a request. */
function codeOf(sdk: SdkRequest): string | undefined {
  try {
    front().read(sdk)
    return undefined
  } catch (error) {
    return error instanceof ServiceRefusal ? error.code : String(error)
  }
}

const sha = { 'x-amz-checksum-sha256': HASH }
const length = { 'content-length': '0' }
const UPLOAD = { uploadId: 'u' }
const PART = { ...UPLOAD, partNumber: '1' }
const completion = (part: string): string => `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`

t.test('each operation is read by its method and its query', (t) => {
  const rows: [SdkRequest, object][] = [
    [request('HEAD', {}, { 'x-amz-checksum-mode': 'ENABLED' }), { operation: 'headObject' }],
    [
      request('GET', { 'x-id': 'GetObject' }, { range: 'bytes=0-15' }),
      { operation: 'getObject', summary: { range: { start: 0, end: 16 } } },
    ],
    [
      request(
        'GET',
        { attributes: '' },
        { 'x-amz-object-attributes': 'ETag, Checksum, ObjectParts, StorageClass, ObjectSize' },
      ),
      { operation: 'getAttributes' },
    ],
    [request('GET', UPLOAD), { operation: 'listParts', summary: { uploadId: 'u' } }],
    [request('PUT', {}, { ...sha, ...length }), { operation: 'putObject', summary: { size: 0 } }],
    [
      request('PUT', PART, { ...sha, ...length }),
      { operation: 'uploadPart', summary: { range: { start: 0, end: 1 }, treeHash: sha256Of(NO_BYTES) } },
    ],
    [
      request('POST', { uploads: '' }, { 'x-amz-checksum-algorithm': 'SHA256' }),
      { operation: 'createUpload' },
    ],
    [
      request(
        'POST',
        UPLOAD,
        {
          'x-amz-checksum-sha256': `${HASH}-1`,
          'x-amz-checksum-type': 'COMPOSITE',
          'x-amz-mp-object-size': '7',
        },
        completion('<Part><PartNumber>1</PartNumber><ETag>&quot;e&quot;</ETag></Part>'),
      ),
      { operation: 'completeUpload', summary: { size: 7, treeHash: `${HASH}-1` } },
    ],
    [request('POST', { restore: '' }, {}, '<RestoreRequest/>'), { operation: 'restoreObject' }],
    [request('DELETE', UPLOAD), { operation: 'abortUpload' }],
  ]
  for (const [sdk, expected] of rows)
    t.match(front().read(sdk), {
      ...{ summary: { key: 'a.tar' }, caller: { vaultName: 's3://backups' } },
      ...expected,
    })
  t.end()
})

t.test('what the service does not understand is refused', (t) => {
  const head = request('HEAD', {}, { 'x-amz-checksum-mode': 'ENABLED' })
  const { authorization = '' } = head.headers
  const rows: [string, SdkRequest, string][] = [
    ['no signature', { ...head, headers: { ...head.headers, authorization: '' } }, 'AccessDenied'],
    [
      'another region',
      {
        ...head,
        headers: { ...head.headers, authorization: authorization.replace('us-east-1', 'eu-west-1') },
      },
      'AccessDenied',
    ],
    [
      'a header that is not signed',
      { ...head, headers: { ...head.headers, 'x-amz-meta-a': 'b' } },
      'AccessDenied',
    ],
    ['another host', { ...head, hostname: 'example.com' }, 'InvalidRequest'],
    ['another bucket', { ...head, hostname: 'others.s3.us-east-1.amazonaws.com' }, 'NoSuchBucket'],
    ['no bucket', { ...head, hostname: 's3.us-east-1.amazonaws.com', path: '/' }, 'NoSuchBucket'],
    ['no operation', request('PATCH', {}), 'MethodNotAllowed'],
    ['no checksums of an object', request('HEAD', {}), 'InvalidRequest'],
    [
      'other attributes',
      request('GET', { attributes: '' }, { 'x-amz-object-attributes': 'ETag' }),
      'InvalidRequest',
    ],
    ['no range', request('GET', {}), 'InvalidRequest'],
    ['another range', request('GET', {}, { range: 'bytes=0-' }), 'InvalidArgument'],
    ['no checksum of a part', request('PUT', PART, length), 'InvalidRequest'],
    ['no length of a part', request('PUT', PART, sha), 'InvalidRequest'],
    ['no hash', request('PUT', {}, { ...length, 'x-amz-checksum-sha256': 'abc' }), 'InvalidRequest'],
    ['no algorithm', request('POST', { uploads: '' }), 'InvalidRequest'],
    [
      'another algorithm',
      request('POST', { uploads: '' }, { 'x-amz-checksum-algorithm': 'CRC32' }),
      'InvalidRequest',
    ],
    ['no document', request('POST', UPLOAD), 'MalformedXML'],
    ['another document', request('POST', UPLOAD, {}, '<A></A>'), 'InvalidRequest'],
    ['no part', request('POST', UPLOAD, {}, completion('<A></A>')), 'InvalidRequest'],
    [
      'a part without an ETag',
      request('POST', UPLOAD, {}, completion('<Part><PartNumber>1</PartNumber></Part>')),
      'InvalidRequest',
    ],
    [
      'another type of checksum',
      request('POST', UPLOAD, { ...sha, 'x-amz-checksum-type': 'FULL_OBJECT' }, completion('')),
      'InvalidRequest',
    ],
    ['no restore', request('POST', { restore: '' }, {}, '<A></A>'), 'InvalidRequest'],
    [
      'another tier',
      request(
        'POST',
        { restore: '' },
        {},
        '<RestoreRequest><GlacierJobParameters><Tier>x</Tier></GlacierJobParameters></RestoreRequest>',
      ),
      'InvalidRequest',
    ],
  ]
  t.equal(codeOf(head), undefined)
  for (const [name, sdk, code] of rows) t.equal(codeOf(sdk), code, name)
  t.end()
})

t.test('the bucket is in the host name or in the path', (t) => {
  const inHost = request('GET', UPLOAD)
  const inPath = { ...inHost, hostname: 's3.us-east-1.amazonaws.com', path: '/backups/dir/a%20b.tar' }
  t.match(front().read(inPath).summary, { key: 'dir/a b.tar' })
  t.match(front().read({ ...inHost, path: '/dir/a%20b.tar' }).summary, { key: 'dir/a b.tar' })
  t.end()
})

t.test('bytes that do not have the signed hash are refused before anything is done', (t) => {
  const arrival = front().read(request('PUT', {}, { ...sha, ...length }))
  t.throws(() => arrival.act(Buffer.from('x'), undefined), { code: 'XAmzContentSHA256Mismatch' })
  t.end()
})
