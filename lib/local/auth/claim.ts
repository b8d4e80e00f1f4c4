/**
 * The claim of a request: its key pair and its signature, in the `Authorization` header, or in the query if it is
 * presigned. A claim has not been verified.
 */
import { invalidSignature, ApiError } from '../service/api-error.js'
import { parseAuthorization, parseScope, type Authorization, type SignedRequest } from './signature.js'
import { checkedTimestamp, timestampIn } from './signing-time.js'
import { singleHeader } from './single-header.js'

/** The signature of a request, with its keys and time. */
export interface Claim {
  readonly authorization: Authorization
  readonly sessionToken: string | undefined
  /** The time of the signature: `20120525T002453Z`. */
  readonly timestamp: string
  /** Seconds for which a presigned request is valid; `undefined` for any other request. */
  readonly lifetime: number | undefined
}

const ALGORITHM = 'AWS4-HMAC-SHA256'
/** The required parameters of a presigned request. `X-Amz-Security-Token` is optional. */
const PARAMETERS = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
] as const
/** The maximum time for which a presigned request is valid: seven days. */
const MAX_LIFETIME_SECONDS = 604_800

/**
 * The claim of a request.
 *
 * @throws {ApiError} 400 or 403: it is absent, or does not have the form of signature version 4
 */
export function claimOf(request: SignedRequest): Claim {
  const header = singleHeader(request, 'authorization')
  const query = new URLSearchParams(request.query)
  const isPresigned = PARAMETERS.some((name) => query.has(name))
  if (header === undefined) {
    if (isPresigned) return presignedClaim(query)
    throw new ApiError(400, 'MissingAuthenticationTokenException', 'Request is missing Authentication Token')
  }
  if (isPresigned)
    throw invalidSignature('A request is signed in the Authorization header or in the query, not in both.')
  const authorization = parseAuthorization(header)
  if (!authorization) throw invalidSignature('The Authorization header is not a signature of version 4.')
  const sessionToken = singleHeader(request, 'x-amz-security-token')
  return { authorization, sessionToken, timestamp: timestampIn(request), lifetime: undefined }
}

/** The access key ID that a request names, for the request log; `undefined` if it names none. */
export function claimedKeyOf({
  headers,
  query,
}: Pick<SignedRequest, 'headers' | 'query'>): string | undefined {
  const [header] = [headers.authorization ?? []].flat()
  if (header !== undefined) return parseAuthorization(header)?.accessKeyId
  const credential = new URLSearchParams(query).get('X-Amz-Credential')
  return credential === null ? undefined : parseScope(credential)?.accessKeyId
}

function presignedClaim(query: URLSearchParams): Claim {
  const missing = PARAMETERS.filter((name) => !query.get(name))
  if (missing.length > 0)
    throw invalidSignature(`The query of a presigned request must have ${missing.join(', ')}.`)
  const repeated = [...PARAMETERS, 'X-Amz-Security-Token'].find((name) => query.getAll(name).length > 1)
  if (repeated !== undefined) throw invalidSignature(`The query has ${repeated} several times.`)
  const [algorithm, credential, date, expires, signedHeaders, signature] = PARAMETERS.map((name) =>
    query.get(name),
  ) as [string, string, string, string, string, string] // none is missing
  if (algorithm !== ALGORITHM)
    throw invalidSignature(`X-Amz-Algorithm must be ${ALGORITHM}, not ${algorithm}.`)
  const scope = parseScope(credential)
  if (!scope) {
    throw invalidSignature(
      `X-Amz-Credential must be KEY/DATE/REGION/glacier/aws4_request, not ${credential}.`,
    )
  }
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > MAX_LIFETIME_SECONDS)
    throw invalidSignature(`X-Amz-Expires must be from 1 to ${MAX_LIFETIME_SECONDS} seconds, not ${expires}.`)
  return {
    authorization: { ...scope, signedHeaders: signedHeaders.split(';'), signature },
    sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
    timestamp: checkedTimestamp(date),
    lifetime: Number(expires),
  }
}
