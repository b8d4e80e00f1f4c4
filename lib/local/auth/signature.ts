/**
 * Signature version 4 (protocol.md 4), as a service checks it: of the request as it arrived, over exactly the headers
 * it says were signed.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** What is signed of a request. */
export interface SignedRequest {
  readonly method: string
  /** As on the request line, percent-encoded, before any `?`. */
  readonly path: string
  /** As on the request line, behind the `?`. */
  readonly query: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** SHA-256 of the body, or what `x-amz-content-sha256` says it is; lowercase hex. */
  readonly payloadHash: string
}

/** An `Authorization` header, taken apart. */
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

const FORM =
  /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/((\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/

/** Reads an `Authorization` header; `undefined` where it is not of version 4. */
export function parseAuthorization(header: string): Authorization | undefined {
  const match = FORM.exec(header)
  if (!match) return undefined
  const [, accessKeyId = '', scope = '', date = '', region = '', service = '', names = '', signature = ''] =
    match
  return { accessKeyId, date, region, service, scope, signedHeaders: names.split(';'), signature }
}

/**
 * The signature a request should have.
 *
 * @param timestamp - `20120525T002453Z`
 * @returns lowercase hex
 */
export function signatureOf(
  request: SignedRequest,
  { date, region, service, scope, signedHeaders }: Authorization,
  timestamp: string,
  secretAccessKey: string,
): string {
  const canonical = createHash('sha256').update(canonicalRequest(request, signedHeaders)).digest('hex')
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, text) => hmac(secret, text),
    `AWS4${secretAccessKey}`,
  )
  return hmac(key, ['AWS4-HMAC-SHA256', timestamp, scope, canonical].join('\n')).toString('hex')
}

/** Whether two texts are equal, in a time that tells nothing of where they differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer]
  return timingSafeEqual(left, right)
}

/** The text whose hash is signed. */
export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const headers = signedHeaders.map((name) => `${name}:${headerText(request.headers[name])}\n`)
  return [
    request.method,
    request.path.split('/').map(encode).join('/'),
    canonicalQuery(request.query),
    headers.join(''),
    signedHeaders.join(';'),
    request.payloadHash,
  ].join('\n')
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.includes('=') ? pair.indexOf('=') : pair.length
      return `${encode(decode(pair.slice(0, at)))}=${encode(decode(pair.slice(at + 1)))}`
    })
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
    .join('&')
}

/** A pair sorts by its name, then its value: `=` must so come before all a name may have, as `-`. */
function sortKey(pair: string): string {
  return pair.replace('=', '\0')
}

function headerText(value: string | string[] | undefined): string {
  return [value ?? ''].flat().join(',').trim().replace(/ +/g, ' ')
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // not percent-encoded as it should be: signed as it is, which then will not verify
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
