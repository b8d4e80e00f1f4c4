import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { Test } from 'tap'
import type { RequestOptions } from '../../lib/client/request-options.js'
import { s3Client } from '../../lib/s3/sdk/s3-client.js'
import type { S3ClientSettings } from '../../lib/s3/sdk/s3-client-like.js'
import type { SdkBucketClient } from '../../lib/s3/sdk/sdk-bucket-client.js'

/** A request to a bucket as it arrived. */
export interface BucketWireRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly trailers: NodeJS.Dict<string>
  /** Bytes of the body. */
  readonly size: number
  /** SHA-256 of the body, in hex. */
  readonly sha256: string
  /** The body, up to 1 MiB. */
  readonly text: string
}

/** The handler. It receives a request once its body has been read, and must end the response. */
export type BucketAnswer = (request: BucketWireRequest, response: ServerResponse) => void

/** A server that answers as told, and its clients. */
export interface ScriptedBucket {
  readonly endpoint: string
  readonly seen: BucketWireRequest[]
  /** A client of this package. */
  readonly client: SdkBucketClient
  /** Makes a client of this package with further settings. */
  clientWith(settings: S3ClientSettings, options?: RequestOptions): SdkBucketClient
  /** Makes a client of the SDK. */
  sdkClient(settings?: S3ClientConfig): S3Client
  /** Ends the server before the test does. */
  close(): Promise<void>
}

export const CREDENTIALS = { accessKeyId: 'A'.repeat(20), secretAccessKey: 'b'.repeat(40) }

const MAX_TEXT = 1_048_576

/** Starts a server on loopback that ends with the test. */
export async function scriptedBucket(test: Test, answer: BucketAnswer): Promise<ScriptedBucket> {
  const seen: BucketWireRequest[] = []
  const server = createServer((request, response) => {
    const hash = createHash('sha256')
    const pieces: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      hash.update(chunk)
      size += chunk.length
      if (size <= MAX_TEXT) pieces.push(chunk)
    })
    request.on('end', () => {
      const { method = '', url = '', headers, trailers } = request
      const text = Buffer.concat(pieces).toString()
      const found = { method, url, headers, trailers, size, sha256: hash.digest('hex'), text }
      seen.push(found)
      answer(found, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const made: { destroy(): void }[] = []
  const keep = <T extends { destroy(): void }>(client: T): T => {
    made.push(client)
    return client
  }
  const settings = { endpoint, region: 'us-east-1', credentials: CREDENTIALS }
  let isOpen = true
  const close = async (): Promise<void> => {
    for (const client of made) client.destroy()
    if (!isOpen) return
    isOpen = false
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  test.teardown(close)
  return {
    endpoint,
    seen,
    client: keep(s3Client(settings)),
    clientWith: (own, options) => keep(s3Client({ ...settings, ...own }, options)),
    sdkClient: (own = {}) => keep(new S3Client({ ...settings, forcePathStyle: true, ...own })),
    close,
  }
}

/** The ID that responses of the scripted bucket have. */
export const REQUEST_ID = { 'x-amz-request-id': 'REQUEST1' }

/** An answer without a body. */
export function headers(status: number, own: Record<string, string> = {}): BucketAnswer {
  return (_request, response) => {
    response.writeHead(status, { 'content-length': '0', ...REQUEST_ID, ...own }).end()
  }
}

/** An answer of XML. */
export function xml(status: number, body: string, own: Record<string, string> = {}): BucketAnswer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/xml', ...REQUEST_ID, ...own })
    response.end(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`)
  }
}

/** The document of an error. */
export function errorXml(code: string, message = 'The reason.', fields = ''): string {
  return `<Error><Code>${code}</Code><Message>${message}</Message>${fields}<RequestId>REQUEST1</RequestId></Error>`
}

/** An answer of an error of the service. To HEAD, it has no body. */
export function refusal(
  status: number,
  code: string,
  own: Record<string, string> = {},
  fields = '',
): BucketAnswer {
  return (request, response) => {
    if (request.method === 'HEAD') response.writeHead(status, { ...REQUEST_ID, ...own }).end()
    else xml(status, errorXml(code, 'The reason.', fields), own)(request, response)
  }
}
