/**
 * Whether a request comes from somebody who holds the keys, now, for this region (protocol.md 4).
 */
import type { LocalCredentials } from './credentials.js'
import { claimOf } from './claim.js'
import { invalidParameter, invalidSignature, missingParameter, ServiceFault } from '../service-fault.js'
import { SignatureMismatch } from './signature-mismatch.js'
import { equalInConstantTime, signatureOf, signingTexts, type SignedRequest } from './signature.js'
import { assertSignedHeaders } from './signed-headers.js'
import { assertTime } from './signing-time.js'
import { singleHeader } from './single-header.js'

/** What requests are held against. */
export interface Gatekeeper {
  readonly region: string
  readonly credentials: readonly LocalCredentials[]
  /** Milliseconds. */
  readonly now: () => number
}

const VERSION = 'x-amz-glacier-version'
const API_VERSION = '2012-06-01'

/**
 * Throws unless the request is signed with the keys.
 *
 * @throws {ServiceFault} with the service's code and text
 */
export function authenticate(request: SignedRequest, { region, credentials, now }: Gatekeeper): void {
  const { authorization, sessionToken, timestamp, lifetime } = claimOf(request)
  const { accessKeyId, signedHeaders } = authorization
  const keys = keysOf(accessKeyId, sessionToken, credentials)
  if (!keys) {
    throw new ServiceFault(
      400,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    )
  }
  assertScope(authorization, region, timestamp)
  assertTime(timestamp, now(), lifetime)
  assertSignedHeaders(request, signedHeaders)
  const expected = signatureOf(request, authorization, timestamp, keys.secretAccessKey)
  if (!equalInConstantTime(expected, authorization.signature))
    throw new SignatureMismatch(signingTexts(request, authorization, timestamp))
  if (keys.expiration && keys.expiration.getTime() <= now()) {
    throw new ServiceFault(
      403,
      'ExpiredTokenException',
      'The security token included in the request is expired',
    )
  }
  const version = versionOf(request, lifetime !== undefined)
  if (version === undefined) throw missingParameter(VERSION)
  if (version !== API_VERSION) throw invalidParameter(`Invalid x-amz-glacier-version: ${version}`)
}

/** The key pair a request names, with its token; the time it takes tells nothing of either. */
function keysOf(
  accessKeyId: string,
  token: string | undefined,
  all: readonly LocalCredentials[],
): LocalCredentials | undefined {
  let found: LocalCredentials | undefined
  for (const keys of all) {
    const isNamed = equalInConstantTime(accessKeyId, keys.accessKeyId)
    const hasToken = equalInConstantTime(token ?? '', keys.sessionToken ?? '')
    if (isNamed && hasToken) found = keys
  }
  return found
}

function assertScope(
  { date, region: found, service }: { date: string; region: string; service: string },
  region: string,
  timestamp: string,
): void {
  if (found !== region) {
    throw invalidSignature(
      `Credential should be scoped to a valid region, not '${found}'. This one is '${region}'.`,
    )
  }
  if (service !== 'glacier')
    throw invalidSignature(`Credential should be scoped to correct service: 'glacier'.`)
  if (date !== timestamp.slice(0, 8))
    throw invalidSignature('Date in Credential scope does not match the time signed.')
}

/** The API version a request is for. A presigned request may have it in its query, where clients cannot set headers. */
function versionOf(request: SignedRequest, isPresigned: boolean): string | undefined {
  const header = singleHeader(request, VERSION)
  if (header !== undefined || !isPresigned) return header
  return new URLSearchParams(request.query).get(VERSION) ?? undefined
}
