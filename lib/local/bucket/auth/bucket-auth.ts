/**
 * Authenticates the requests to a local bucket: signature version 4 in the `Authorization` header, for `s3`, with the rules
 * of Amazon S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). It differs from other
 * services: the path is signed as it is sent, `x-amz-content-sha256` is required, and the time may differ by 15 minutes.
 */
import type { AccountCredentials } from '../../auth/credentials.js'
import {
  encode,
  equalInConstantTime,
  parseAuthorization,
  signatureOf,
  signingKeyOf,
  signingTexts,
  type Authorization,
  type SignedRequest,
} from '../../auth/signature.js'
import type { AccountRegion } from '../../service/account-region.js'
import { accessDenied, BucketError, invalidRequest, notImplemented } from '../service/bucket-error.js'
import { timestampOf } from './bucket-signing-time.js'
import { BucketSignatureMismatch } from './bucket-signature-mismatch.js'
import { onlyHeader } from './only-header.js'

/** The keys, regions and clock that signatures are checked against. */
export interface BucketAuthConfig {
  /** The regions that a signature can be scoped to. */
  readonly regions: readonly string[]
  /** The known key pairs. */
  readonly credentials: readonly AccountCredentials[]
  /** The clock of signatures, in milliseconds. */
  readonly now: () => number
}

/** The values that the signatures of the chunks of a body are computed from. */
export interface Signing {
  /** The signature of the headers, which that of the first chunk includes. */
  readonly signature: string
  readonly key: Buffer
  readonly scope: string
  /** `20120525T002453Z`. */
  readonly timestamp: string
}

/** The sender of a request. */
export interface AuthenticatedCaller extends AccountRegion {
  readonly accessKeyId: string
  readonly signing: Signing
}

/** The parts of a request that are signed, without what is read from its headers. */
export type ReceivedRequest = Pick<SignedRequest, 'method' | 'path' | 'query' | 'headers'>

/**
 * Authenticates a request.
 *
 * @param received - its path is percent-encoded UTF-8, which the caller has checked
 * @throws {BucketError} the request is not signed as it must be
 */
export function authenticateBucketRequest(
  received: ReceivedRequest,
  { regions, credentials, now }: BucketAuthConfig,
): AuthenticatedCaller {
  const authorization = authorizationOf(received)
  const { accessKeyId, region, scope, signature } = authorization
  assertScope(authorization, regions)
  const keys = keysOf(received, accessKeyId, credentials)
  const timestamp = timestampOf(received, now())
  if (authorization.date !== timestamp.slice(0, 8))
    throw malformedAuthorization('Invalid credential date. This date is not the same as X-Amz-Date.')
  const payloadHash = onlyHeader(received, 'x-amz-content-sha256')
  if (payloadHash === undefined)
    throw invalidRequest('Missing required header for this request: x-amz-content-sha256')
  assertSigned(received, authorization.signedHeaders)
  const request = { ...received, payloadHash, signedPath: signedPathOf(received.path) }
  const expected = signatureOf(request, authorization, timestamp, keys.secretAccessKey)
  if (!equalInConstantTime(expected, signature))
    throw new BucketSignatureMismatch(accessKeyId, signingTexts(request, authorization, timestamp))
  if (keys.expiration && keys.expiration.getTime() <= now())
    throw new BucketError(400, 'ExpiredToken', 'The provided token has expired.')
  const signing = { signature, key: signingKeyOf(authorization, keys.secretAccessKey), scope, timestamp }
  return { accountId: keys.accountId, region, accessKeyId, signing }
}

function authorizationOf(request: ReceivedRequest): Authorization {
  const header = onlyHeader(request, 'authorization')
  if (header === undefined) {
    if (/(?:^|&)X-Amz-Signature=/.test(request.query)) throw notImplemented('presigned requests')
    throw accessDenied()
  }
  const authorization = parseAuthorization(header)
  if (!authorization)
    throw malformedAuthorization('The authorization header is not a signature of version 4.')
  return authorization
}

function keysOf(
  request: ReceivedRequest,
  accessKeyId: string,
  credentials: readonly AccountCredentials[],
): AccountCredentials {
  const token = onlyHeader(request, 'x-amz-security-token') ?? ''
  let found: AccountCredentials | undefined
  for (const keys of credentials) if (equalInConstantTime(accessKeyId, keys.accessKeyId)) found = keys
  if (!found)
    throw new BucketError(
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      { fields: { AWSAccessKeyId: accessKeyId } },
    )
  if (!equalInConstantTime(token, found.sessionToken ?? ''))
    throw new BucketError(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.')
  return found
}

function assertScope({ region, service }: Authorization, regions: readonly string[]): void {
  const [expected = ''] = regions
  if (!regions.includes(region)) {
    throw malformedAuthorization(`the region '${region}' is wrong; expecting '${expected}'`, {
      fields: { Region: expected },
      headers: { 'x-amz-bucket-region': expected },
    })
  }
  if (service !== 's3')
    throw malformedAuthorization(`incorrect service "${service}". This endpoint belongs to "s3".`)
}

/** Asserts that `host` and all `x-amz-` headers are signed, as Amazon S3 requires. */
function assertSigned({ headers }: ReceivedRequest, signedHeaders: readonly string[]): void {
  const list = signedHeaders.join(';')
  const canonical = [...new Set(signedHeaders.map((name) => name.toLowerCase()))].sort().join(';')
  const mustBeSigned = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-'))
  const unsigned = mustBeSigned.filter((name) => !signedHeaders.includes(name))
  const isHostSigned = signedHeaders.includes('host') && headers.host !== undefined
  if (list === canonical && unsigned.length === 0 && isHostSigned) return
  throw new BucketError(
    403,
    'AccessDenied',
    'There were headers present in the request which were not signed',
    { fields: { HeadersNotSigned: unsigned.join(', ') } },
  )
}

/** The path in the signature: each byte that needs it is encoded once, and nothing is normalized. */
function signedPathOf(path: string): string {
  return path
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/')
}

function malformedAuthorization(
  message: string,
  details?: ConstructorParameters<typeof BucketError>[3],
): BucketError {
  return new BucketError(
    400,
    'AuthorizationHeaderMalformed',
    `The authorization header is malformed; ${message}`,
    details,
  )
}
