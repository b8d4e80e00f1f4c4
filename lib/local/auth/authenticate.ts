/**
 * Whether a request comes from somebody who holds the keys, now, for this region (protocol.md 4).
 */
import type { AccountRegion } from '../account-region.js'
import type { AccountCredentials } from './credentials.js'
import { headerOf } from '../http/exchange.js'
import { isLoopback } from '../loopback.js'
import {
  accessDenied,
  invalidParameter,
  invalidSignature,
  missingParameter,
  ServiceFault,
} from '../service-fault.js'
import { equalInConstantTime, parseAuthorization, signatureOf, type SignedRequest } from './signature.js'

/** What requests are held against. */
export interface Gatekeeper {
  /** Those a signature may be scoped to. */
  readonly regions: readonly string[]
  readonly credentials: readonly AccountCredentials[]
  /**
   * The account of whoever signs with other keys than these; `undefined` where nobody may. Where somebody may, the
   * value of no signature is checked, only the rest of it.
   */
  readonly anyAccountId: string | undefined
  /** Milliseconds. */
  readonly now: () => number
}

/** How far a signature's time may be from ours, in minutes. */
const SKEW = 5
const API_VERSION = '2012-06-01'

/**
 * Throws unless the request is signed with the keys.
 *
 * @returns the account of the keys, and the region the signature is scoped to
 * @throws {ServiceFault} with the service's code and text
 */
export function authenticate(request: SignedRequest, gatekeeper: Gatekeeper): AccountRegion {
  const { regions, now, anyAccountId } = gatekeeper
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
  const keys = keysOf(accessKeyId, headerOf(request, 'x-amz-security-token'), gatekeeper)
  if (!keys) {
    throw new ServiceFault(
      400,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    )
  }
  const timestamp = timestampOf(request)
  assertScope(authorization, regions, timestamp)
  assertTime(timestamp, now())
  if (!signedHeaders.includes('host'))
    throw invalidSignature("'Host' must be a 'SignedHeader' in the AWS Authorization.")
  if (anyAccountId !== undefined) assertHostIsLocal(request)
  const expected = signatureOf(request, authorization, timestamp, keys.secretAccessKey)
  if (anyAccountId === undefined && !equalInConstantTime(expected, authorization.signature)) {
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
  return { accountId: keys.accountId, region: authorization.region }
}

/**
 * The key pair a request names, with its token; the time it takes tells nothing of either. Where any other may be named,
 * that is one without a secret.
 */
function keysOf(
  accessKeyId: string,
  token: string | undefined,
  { credentials, anyAccountId }: Gatekeeper,
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
 * Throws unless a request was sent to this machine by its name. Where any keys are accepted, a web page whose own name was
 * made to resolve to 127.0.0.1 could otherwise have a browser send requests in its name.
 */
function assertHostIsLocal(request: SignedRequest): void {
  const host = String(headerOf(request, 'host')).replace(/:\d*$/, '') // a request of HTTP/1.0 may have none
  if (!isLoopback(host.toLowerCase()))
    throw accessDenied(`Where any credentials are accepted, Host must be a loopback address, not ${host}.`)
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
  const time = Date.parse(headerOf(request, 'date') ?? '')
  if (Number.isNaN(time)) throw missingParameter('x-amz-date')
  return compact(time)
}

function parse(timestamp: string): number {
  return Date.parse(timestamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

function compact(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '')
}
