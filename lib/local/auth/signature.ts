/**
 * Signature version 4 (docs/glacier-protocol.md#signatures), as a service checks it: for the request as it was received,
 * with exactly the headers that it lists as signed.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { normalizedPath } from './normalized-path.js'

/** The parts of a request that are signed. */
export interface SignedRequest {
  readonly method: string
  /** As on the request line, percent-encoded, before any `?`. */
  readonly path: string
  /** As on the request line, after the `?`. */
  readonly query: string
  /** By names in lower case. A header that was sent several times has an array of values. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The SHA-256 of the body, computed or as in `x-amz-content-sha256`; lowercase hex. */
  readonly payloadHash: string
  /** The path as it is signed, if it is not normalized and encoded once more: Amazon S3 signs paths as they are sent. */
  readonly signedPath?: string
}

/** The parts of an `Authorization` header. */
export interface Authorization {
  readonly accessKeyId: string
  /** `20120525`. */
  readonly date: string
  readonly region: string
  readonly service: string
  /** `20120525/us-east-1/glacier/aws4_request`. */
  readonly scope: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

/** A credential: `KEY/20120525/us-east-1/glacier/aws4_request`. */
const CREDENTIAL = /^([^/,\s]+)\/((\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request)$/
const FORM = /^AWS4-HMAC-SHA256 +Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/

/** Parses an `Authorization` header; `undefined` if it is not of version 4. */
export function parseAuthorization(header: string): Authorization | undefined {
  const [, credential = '', names = '', signature = ''] = FORM.exec(header) ?? []
  const scope = parseScope(credential)
  return scope && { ...scope, signedHeaders: names.split(';'), signature }
}

/** Parses a credential; `undefined` if it is not of version 4. */
export function parseScope(
  credential: string,
): Omit<Authorization, 'signedHeaders' | 'signature'> | undefined {
  const match = CREDENTIAL.exec(credential)
  if (!match) return undefined
  const [, accessKeyId = '', scope = '', date = '', region = '', service = ''] = match
  return { accessKeyId, scope, date, region, service }
}

/** The texts that a signature is computed from. */
export interface SigningTexts {
  /** The signed parts of the request, in canonical form. */
  readonly canonicalRequest: string
  /** Algorithm, time, scope, and the hash of the canonical request. */
  readonly stringToSign: string
}

/**
 * The texts that a request's signature must be computed from.
 *
 * @param timestamp - `20120525T002453Z`
 */
export function signingTexts(
  request: SignedRequest,
  { scope, signedHeaders }: Authorization,
  timestamp: string,
): SigningTexts {
  const canonical = canonicalRequest(request, signedHeaders)
  const hash = createHash('sha256').update(canonical).digest('hex')
  return {
    canonicalRequest: canonical,
    stringToSign: ['AWS4-HMAC-SHA256', timestamp, scope, hash].join('\n'),
  }
}

/**
 * The signature that a request must have.
 *
 * @param timestamp - `20120525T002453Z`
 * @returns lowercase hex
 */
export function signatureOf(
  request: SignedRequest,
  authorization: Authorization,
  timestamp: string,
  secretAccessKey: string,
): string {
  const key = signingKeyOf(authorization, secretAccessKey)
  return hmac(key, signingTexts(request, authorization, timestamp).stringToSign).toString('hex')
}

/** The key of a scope, which signs requests and the chunks of their bodies. */
export function signingKeyOf(
  { date, region, service }: Pick<Authorization, 'date' | 'region' | 'service'>,
  secretAccessKey: string,
): Buffer {
  return [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secretAccessKey}`, date))
}

/** Whether two texts are equal. The duration does not depend on where they differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer]
  return timingSafeEqual(left, right)
}

/**
 * The text whose hash is signed. `X-Amz-Signature` in the query is left out: it is the signature of a presigned request.
 */
export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const headers = signedHeaders.map((name) => `${name}:${headerText(request.headers[name])}\n`)
  return [
    request.method,
    request.signedPath ?? normalizedPath(request.path).split('/').map(encode).join('/'),
    canonicalQuery(request.query),
    headers.join(''),
    signedHeaders.join(';'),
    request.payloadHash,
  ].join('\n')
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '' && !/^X-Amz-Signature(?:=|$)/.test(pair))
    .map((pair) => {
      const at = pair.includes('=') ? pair.indexOf('=') : pair.length
      return `${encodeQuery(pair.slice(0, at))}=${encodeQuery(pair.slice(at + 1))}`
    })
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
    .join('&')
}

/**
 * A name or value of a query in canonical form. A `+` stays as it is, as in botocore, and is never taken for an
 * encoded plus sign: operations read it as a space.
 */
function encodeQuery(text: string): string {
  return text
    .split('+')
    .map((piece) => encode(decode(piece)))
    .join('+')
}

/** Pairs are sorted by name, then value: `=` must be sorted before all characters of names, such as `-`. */
function sortKey(pair: string): string {
  return pair.replace('=', '\0')
}

/** Header values without surrounding white space, and with one space for each run of spaces and tabs. */
function headerText(value: string | readonly string[] | undefined): string {
  return [value ?? '']
    .flat()
    .map((text) => text.replace(/[ \t]+/g, ' ').replace(/^ | $/g, ''))
    .join(',')
}

/** A text, percent-encoded as in a signature: all but letters, digits, `-`, `.`, `_` and `~`. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // not valid percent-encoding: kept as it is, so that the signature does not match
  }
}

/** The HMAC of a text with SHA-256. */
export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
