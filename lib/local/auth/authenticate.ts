/**
 * Whether a request comes from somebody who holds the keys, now, for this region (protocol.md 4).
 */
import type { LocalCredentials } from './credentials.js'
import { headerOf } from '../http/exchange.js'
import { invalidParameter, invalidSignature, missingParameter, ServiceFault } from '../service-fault.js'
import { equalInConstantTime, parseAuthorization, signatureOf, type SignedRequest } from './signature.js'

/** What requests are held against. */
export interface Gatekeeper {
  readonly region: string
  readonly credentials: readonly LocalCredentials[]
  /** Milliseconds. */
  readonly now: () => number
}

/** How far a signature's time may be from ours, in minutes. */
const SKEW = 5
const API_VERSION = '2012-06-01'

/**
 * Throws unless the request is signed with the keys.
 *
 * @throws {ServiceFault} with the service's code and text
 */
export function authenticate(request: SignedRequest, { region, credentials, now }: Gatekeeper): void {
  const header = headerOf(request, 'authorization')
  if (header === undefined) {
    throw new ServiceFault(
      400,
      'MissingAuthenticationTokenException',
      'Request is missing Authentication Token',
    )
  }
  const authorization = parseAuthorization(header)
  if (!authorization) throw invalidSignature('The Authorization header is not a signature of version 4.')
  const { accessKeyId, signedHeaders } = authorization
  const keys = keysOf(accessKeyId, headerOf(request, 'x-amz-security-token'), credentials)
  if (!keys) {
    throw new ServiceFault(
      400,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    )
  }
  const timestamp = timestampOf(request)
  assertScope(authorization, region, timestamp)
  assertTime(timestamp, now())
  if (!signedHeaders.includes('host'))
    throw invalidSignature("'Host' must be a 'SignedHeader' in the AWS Authorization.")
  const expected = signatureOf(request, authorization, timestamp, keys.secretAccessKey)
  if (!equalInConstantTime(expected, authorization.signature)) {
    throw invalidSignature(
      'The request signature we calculated does not match the signature you provided. ' +
        'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    )
  }
  if (keys.expiration && keys.expiration.getTime() <= now()) {
    throw new ServiceFault(
      403,
      'ExpiredTokenException',
      'The security token included in the request is expired',
    )
  }
  const version = headerOf(request, 'x-amz-glacier-version')
  if (version === undefined) throw missingParameter('x-amz-glacier-version')
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

function assertTime(timestamp: string, now: number): void {
  const signed = parse(timestamp)
  const limit = (sign: 1 | -1): string => compact(now + sign * SKEW * 60_000)
  if (signed < now - SKEW * 60_000) {
    throw invalidSignature(
      `Signature expired: ${timestamp} is now earlier than ${limit(-1)} (${compact(now)} - ${SKEW} min.)`,
    )
  }
  if (signed > now + SKEW * 60_000) {
    throw invalidSignature(
      `Signature not yet current: ${timestamp} is still later than ${limit(1)} (${compact(now)} + ${SKEW} min.)`,
    )
  }
}

/** The time signed, as `20120525T002453Z`: of `x-amz-date`, else of `Date`. */
function timestampOf(request: SignedRequest): string {
  const amzDate = headerOf(request, 'x-amz-date')
  if (amzDate !== undefined) {
    if (/^\d{8}T\d{6}Z$/.test(amzDate) && !Number.isNaN(parse(amzDate))) return amzDate
    throw invalidSignature(`Date must be in ISO-8601 'basic format'. Got '${amzDate}'.`)
  }
  const date = headerOf(request, 'date') ?? ''
  if (/^\d{8}T\d{6}Z$/.test(date) && !Number.isNaN(parse(date))) return date // the form the guide asks for
  const time = Date.parse(date)
  if (Number.isNaN(time)) throw missingParameter('x-amz-date')
  return compact(time)
}

function parse(timestamp: string): number {
  return Date.parse(timestamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

function compact(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '')
}
