/** A server that gives objects as S3 does, as far as GetObject needs it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { S3Client } from '@aws-sdk/client-s3'
import type { Test } from 'tap'

/** An object store for one test. */
export interface ObjectStore {
  readonly endpoint: string
  readonly s3: S3Client
  /** The connection of the next response is closed after half of the object. */
  readonly cutNext: () => void
}

/**
 * Starts an {@link ObjectStore}; closed when the test is over.
 *
 * @param objects - by their path, as `/bucket/key`
 */
export async function objectStoreFor(test: Test, objects: ReadonlyMap<string, Buffer>): Promise<ObjectStore> {
  let isNextCut = false
  const server = createServer(({ url = '' }, response) => {
    const bytes = objects.get(new URL(url, 'http://host').pathname)
    if (!bytes) {
      response.writeHead(404).end('<Error><Code>NoSuchKey</Code><Message>missing</Message></Error>')
      return
    }
    response.writeHead(200, { 'Content-Length': bytes.length })
    if (isNextCut) response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
    else response.end(bytes)
    isNextCut = false
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const credentials = { accessKeyId: 'AKIAOBJECTS', secretAccessKey: 'secret' }
  const s3 = new S3Client({
    endpoint,
    region: 'eu-west-1',
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
  })
  test.teardown(() => {
    s3.destroy()
    server.close()
  })
  const cutNext = (): void => {
    isNextCut = true
  }
  return { endpoint, s3, cutNext }
}
