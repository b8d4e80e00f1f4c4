/** The parts of a request to S3 that all operations read: its key, its query and its headers. */
import { invalid } from '../../bucket/bucket-refusals.js'
import type { UploadCaller } from '../../bucket/bucket-service.js'
import { ServiceRefusal } from '../../service/service.js'
import type { SdkRequest } from '../http/http.js'

/** The bucket that exists, and the host of its region. */
export const BUCKET = 'backups'
const HOST = 's3.us-east-1.amazonaws.com'

/** A request to a key. */
export interface BucketRequest {
  readonly sdk: SdkRequest
  readonly bucket: string
  readonly key: string
  readonly query: Readonly<Record<string, string | undefined>>
  /** By lowercase name. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

/**
 * Reads the address of a request: the bucket is in the host name or in the path.
 *
 * @throws {ServiceRefusal} it is of another host or bucket
 */
export function addressed(sdk: SdkRequest): BucketRequest {
  const { hostname, path } = sdk
  const isInPath = hostname === HOST
  if (!isInPath && !hostname.endsWith(`.${HOST}`))
    throw new ServiceRefusal(400, 'InvalidRequest', `No service has the host ${hostname}`)
  const [, bucket = '', key = ''] = isInPath
    ? (/^\/([^/]*)\/(.*)$/s.exec(path) ?? [])
    : ['', hostname.slice(0, -HOST.length - 1), path.slice(1)]
  if (bucket !== BUCKET) throw new ServiceRefusal(404, 'NoSuchBucket', 'The specified bucket does not exist')
  const query = (sdk.query ?? {}) as BucketRequest['query']
  const headers = Object.fromEntries(
    Object.entries(sdk.headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  return { sdk, bucket, key: decodeURIComponent(key), query, headers }
}

/**
 * Checks that a request is signed, with the host and each header of AWS
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
 *
 * @throws {ServiceRefusal} it is not
 */
export function checkSigned({ headers }: BucketRequest): void {
  const form =
    /^AWS4-HMAC-SHA256 Credential=AKIDSIMULATED\/\d{8}\/us-east-1\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=[0-9a-f]{64}$/
  const signed = form.exec(headers.authorization ?? '')?.[1]?.split(';')
  if (!signed) throw new ServiceRefusal(403, 'AccessDenied', 'The request has no signature.')
  const missing = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))].filter(
    (name) => !signed.includes(name),
  )
  if (missing.length > 0)
    throw new ServiceRefusal(
      403,
      'AccessDenied',
      `There were headers present in the request which were not signed: ${missing.join(', ')}`,
    )
}

/**
 * A header that a request must have.
 *
 * @throws {ServiceRefusal} it has none
 */
export function required({ headers }: BucketRequest, name: string): string {
  const value = headers[name]
  if (value === undefined)
    throw invalid('InvalidRequest', `Missing required header for this request: ${name}`)
  return value
}

/** The hash in a header, as hex, with its number of parts. */
export function hashIn(text: string): { readonly sha256: string; readonly parts: number | undefined } {
  const [, digest = '', parts] = /^([A-Za-z0-9+/]{43}=)(?:-(\d+))?$/.exec(text) ?? []
  if (digest === '') throw invalid('InvalidRequest', 'Value for x-amz-checksum-sha256 header is invalid.')
  return {
    sha256: Buffer.from(digest, 'base64').toString('hex'),
    parts: parts === undefined ? undefined : Number(parts),
  }
}

/** The number in a text, if there is a text. */
export function numberIn(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

/** The upload of a request. */
export function uploadIn(
  { query, key }: BucketRequest,
  who: string,
): UploadCaller & { readonly uploadId: string } {
  return { who, key, uploadId: query.uploadId ?? '' }
}
