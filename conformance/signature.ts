/** Signature version 4 of a request, written from the guide's "Signing Requests" for this suite alone. */
import { createHmac } from 'node:crypto'
import { sha256 } from './tree-hash.js'

/** The keys requests are signed with. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** What a signature is made of. */
export interface Signing {
  readonly method: string
  /** The path and query, as on the request line. */
  readonly target: string
  /** The headers that are signed, by lowercase name. */
  readonly headers: Readonly<Record<string, string>>
  /** SHA-256 of the body, in lowercase hex. */
  readonly payloadHash: string
  readonly credentials: Credentials
  /** `20120525T002453Z`. */
  readonly timestamp: string
  /** `20120525`. */
  readonly scopeDate: string
  readonly region: string
  readonly service: string
}

/** The `Authorization` header of a request. */
export function authorization(signing: Signing): string {
  const { credentials, scopeDate, region, service } = signing
  const scope = [scopeDate, region, service, 'aws4_request'].join('/')
  const names = Object.keys(signing.headers).sort().join(';')
  const text = ['AWS4-HMAC-SHA256', signing.timestamp, scope, sha256(canonicalRequest(signing, names))]
  const key = [scopeDate, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, word) => createHmac('sha256', secret).update(word).digest(),
    `AWS4${credentials.secretAccessKey}`,
  )
  const signature = createHmac('sha256', key).update(text.join('\n')).digest('hex')
  return (
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, ` +
    `SignedHeaders=${names}, Signature=${signature}`
  )
}

function canonicalRequest({ method, target, headers, payloadHash }: Signing, names: string): string {
  const [path = '', query = ''] = target.split('?')
  const lines = Object.entries(headers).map(
    ([name, value]) => `${name}:${value.trim().replace(/[ \t]+/g, ' ')}`,
  )
  return [
    method,
    path.split('/').map(encoded).join('/'),
    canonicalQuery(query),
    ...lines.sort(),
    '',
    names,
    payloadHash,
  ].join('\n')
}

/** The query's pairs, each part encoded, sorted by name. No query of the suite has a name twice. */
function canonicalQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .join('&')
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}
