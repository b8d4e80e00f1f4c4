import { createHash } from 'node:crypto'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { Test } from 'tap'
import { encode, signatureOf } from '../../lib/local/auth/signature.js'
import { startLocalBucket, type LocalBucket, type LocalBucketOptions } from '../../lib/local/index.js'

/** A local bucket server for one test, in a folder of its own unless told; closed when the test is over. */
export async function localBucketFor(
  test: Test,
  options: Partial<LocalBucketOptions> = {},
): Promise<LocalBucket> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'glacier-pipe-bucket-')))
  const server = await startLocalBucket({ ...options, dir })
  test.teardown(async () => {
    await server.close()
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true })
  })
  return server
}

/** The SDK's client of a local bucket, without retries; destroyed when the test is over. */
export function s3ClientFor(
  test: Test,
  { endpoint, region, credentials }: LocalBucket,
  config: S3ClientConfig = {},
): S3Client {
  const client = new S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    ...config,
  })
  test.teardown(() => {
    client.destroy()
  })
  return client
}

/** The SHA-256 of bytes. */
export function sha256(bytes: Uint8Array | string): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** The SHA-256 of bytes as a checksum. */
export function checksum(bytes: Uint8Array | string): string {
  return sha256(bytes).toString('base64')
}

/** A request as it goes on the wire. */
export interface RawS3Request {
  readonly method: string
  /** Percent-encoded, with the query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: Uint8Array | string
  /** Milliseconds it is signed at; default now. */
  readonly time?: number
  /** Whether it is signed; default true. */
  readonly isSigned?: boolean
  /** Another key, region or service than the server's; default its own. */
  readonly sign?: Partial<Record<'accessKeyId' | 'secretAccessKey' | 'region' | 'service' | 'date', string>>
  /** Headers that are sent, but not signed. */
  readonly unsigned?: readonly string[]
  /** The body for a signature of its headers, if chunks need that; default `body`. */
  readonly makeBody?: (signature: string, scope: string, timestamp: string) => Uint8Array | string
}

/** A response. */
export interface RawS3Response {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The body as text. */
  readonly text: string
  /** The code in an error; empty for any other response. */
  readonly code: string
}

/** Sends a signed request to a local bucket. */
export async function sendS3(server: LocalBucket, given: RawS3Request): Promise<RawS3Response> {
  const { method, path, time = Date.now(), isSigned = true, sign = {}, unsigned = [] } = given
  const { endpoint, credentials } = server
  const timestamp = new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const host = new URL(endpoint).host
  const plain = given.body ?? ''
  const all: Record<string, string | undefined> = {
    host,
    'x-amz-date': timestamp,
    'x-amz-content-sha256': sha256(plain).toString('hex'),
    ...(credentials.sessionToken !== undefined && { 'x-amz-security-token': credentials.sessionToken }),
    ...given.headers,
  }
  let headers: Record<string, string> = Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  )
  let body: Uint8Array | string = plain
  if (isSigned) {
    const { accessKeyId, secretAccessKey } = { ...credentials, ...sign }
    const { region = server.region, service = 's3', date = timestamp.slice(0, 8) } = sign
    const scope = `${date}/${region}/${service}/aws4_request`
    const signedHeaders = Object.keys(headers)
      .filter(
        (name) =>
          (name === 'host' || name.startsWith('x-amz-') || name === 'content-md5') &&
          !unsigned.includes(name),
      )
      .sort()
    const [address = '', query = ''] = path.replace(/^https?:\/\/[^/]*/, '').split('?')
    const signedPath = address
      .split('/')
      .map((segment) => encode(decode(segment)))
      .join('/')
    const parts = { accessKeyId, date, region, service, scope, signedHeaders, signature: '' }
    const payloadHash = headers['x-amz-content-sha256'] ?? ''
    const signature = signatureOf(
      { method, path: address, query, headers, payloadHash, signedPath },
      parts,
      timestamp,
      secretAccessKey,
    )
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
    headers = { authorization, ...headers }
    if (given.makeBody) body = given.makeBody(signature, scope, timestamp)
  }
  return exchange(server, method, path, headers, body)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function exchange(
  { endpoint }: LocalBucket,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Uint8Array | string,
): Promise<RawS3Response> {
  const { hostname, port } = new URL(endpoint)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const text = bytes.toString()
        const [, code = ''] = /<Error>.*?<Code>([^<]*)<\/Code>/s.exec(text) ?? []
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes, text, code })
      })
    })
    request.on('error', reject)
    if (headers['transfer-encoding'] === undefined && headers['content-length'] === undefined)
      request.setHeader('content-length', Buffer.byteLength(body))
    request.end(body)
  })
}

/** The text of an element; `undefined` if the XML does not have the element. */
export function elementIn(text: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
}
