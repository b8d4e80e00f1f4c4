/**
 * Authenticates requests: the signature must be that of a known key pair, for a region of this server, and recent
 * (docs/glacier-protocol.md#signatures).
 */

import type { AccountRegion } from '../service/account-region.js'
import { claimOf } from './claim.js'
import type { AccountCredentials } from './credentials.js'
import { isLoopback } from '../service/loopback.js'
import {
  accessDenied,
  ApiError,
  invalidParameter,
  invalidSignature,
  missingParameter,
} from '../service/api-error.js'
import { SignatureMismatch } from './signature-mismatch.js'
import {
  type Authorization,
  equalInConstantTime,
  signatureOf,
  type SignedRequest,
  signingTexts,
} from './signature.js'
import { assertSignedHeaders } from './signed-headers.js'
import { assertTime } from './signing-time.js'
import { singleHeader } from './single-header.js'
/** The keys, regions and clock that signatures are checked against. */
export interface AuthConfig {
  /** The regions that a signature can be scoped to. */
  readonly regions: readonly string[]
  /** The known key pairs. */
  readonly credentials: readonly AccountCredentials[]
  /**
   * The account of requests that are signed with unknown keys; `undefined` if those are refused. If it is set, the value of
   * a signature is not checked, only the rest of it.
   */
  readonly anyAccountId: string | undefined
  /** The clock of signatures, in milliseconds. */
  readonly now: () => number
}

const VERSION = 'x-amz-glacier-version'
const API_VERSION = '2012-06-01'

/**
 * Authenticates a request.
 *
 * @returns the account of the key pair, and the region that the signature is scoped to
 * @throws {ApiError} the request is not signed as it must be
 */
export function authenticate(request: SignedRequest, authConfig: AuthConfig): AccountRegion {
  const { regions, now, anyAccountId } = authConfig
  const { authorization, sessionToken, timestamp, lifetime } = claimOf(request)
  const { accessKeyId, signedHeaders } = authorization
  const keys = keysOf(accessKeyId, sessionToken, authConfig)
  if (!keys) {
    throw new ApiError(
      400,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    )
  }
  assertScope(authorization, regions, timestamp)
  assertTime(timestamp, now(), lifetime)
  assertSignedHeaders(request, signedHeaders)
  if (anyAccountId !== undefined) assertLocal(request)
  else assertSignature(request, authorization, timestamp, keys.secretAccessKey)
  if (keys.expiration && keys.expiration.getTime() <= now()) {
    throw new ApiError(403, 'ExpiredTokenException', 'The security token included in the request is expired')
  }
  const version = versionOf(request, lifetime !== undefined)
  if (version === undefined) throw missingParameter(VERSION)
  if (version !== API_VERSION) throw invalidParameter(`Invalid x-amz-glacier-version: ${version}`)
  return { accountId: keys.accountId, region: authorization.region }
}

/**
 * The key pair that a request names, compared in constant time; `undefined` if it is unknown. If any keys are accepted, an
 * unknown key pair is one without a secret.
 */
function keysOf(
  accessKeyId: string,
  token: string | undefined,
  { credentials, anyAccountId }: AuthConfig,
): AccountCredentials | undefined {
  let found =
    anyAccountId === undefined ? undefined : { accessKeyId, secretAccessKey: '', accountId: anyAccountId }
  for (const keys of credentials) {
    const isNamed = equalInConstantTime(accessKeyId, keys.accessKeyId)
    const hasToken = equalInConstantTime(token ?? '', keys.sessionToken ?? '')
    if (isNamed && hasToken) found = keys
  }
  return found
}

function assertSignature(
  request: SignedRequest,
  authorization: Authorization,
  timestamp: string,
  secretAccessKey: string,
): void {
  const expected = signatureOf(request, authorization, timestamp, secretAccessKey)
  if (!equalInConstantTime(expected, authorization.signature))
    throw new SignatureMismatch(signingTexts(request, authorization, timestamp))
}

function assertScope(
  { date, region: found, service }: { date: string; region: string; service: string },
  regions: readonly string[],
  timestamp: string,
): void {
  if (!regions.includes(found)) {
    const valid = regions.map((region) => `'${region}'`).join(' or ')
    throw invalidSignature(
      `Credential should be scoped to a valid region, not '${found}'. This one is ${valid}.`,
    )
  }
  if (service !== 'glacier')
    throw invalidSignature(`Credential should be scoped to correct service: 'glacier'.`)
  if (date !== timestamp.slice(0, 8))
    throw invalidSignature('Date in Credential scope does not match the time signed.')
}

/**
 * Asserts that a request was sent to a loopback name, and not by a web page of another site. If any keys are accepted, a
 * browser could otherwise be made to send requests: by a page whose own name resolves to 127.0.0.1, which the Host header
 * shows, or by a page that posts a presigned request, which the Origin header shows.
 */
function assertLocal(request: SignedRequest): void {
  const host = String(singleHeader(request, 'host')) // a request of HTTP/1.0 may not have it
  const origin = singleHeader(request, 'origin')
  if (!isLocal(host))
    throw accessDenied(`Where any credentials are accepted, Host must be a loopback address, not ${host}.`)
  if (origin !== undefined && !isLocal(origin.replace(/^https?:\/\//i, '')))
    throw accessDenied(
      `Where any credentials are accepted, Origin must be a loopback address, not ${origin}.`,
    )
}

function isLocal(host: string): boolean {
  return isLoopback(host.replace(/:\d*$/, '').toLowerCase())
}

/** The API version of a request. A presigned request can have it in the query, since its sender may not set headers. */
function versionOf(request: SignedRequest, isPresigned: boolean): string | undefined {
  const header = singleHeader(request, VERSION)
  if (header !== undefined || !isPresigned) return header
  return new URLSearchParams(request.query).get(VERSION) ?? undefined
}
