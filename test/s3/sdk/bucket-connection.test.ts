import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { GlacierClient } from '@aws-sdk/client-glacier'
import t from 'tap'
import { s3Client } from '../../../lib/s3/sdk/s3-client.js'
import type { S3ClientLike, S3ClientSettings } from '../../../lib/s3/sdk/s3-client-like.js'
import { SdkBucketClient } from '../../../lib/s3/sdk/sdk-bucket-client.js'
import { CREDENTIALS, errorXml, headers, scriptedBucket } from '../../helpers/scripted-bucket.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

const where = { bucket: 'backups', key: 'docs.tar' }

/** A client as those of an SDK whose commands bring their own serialization: it cannot send the commands of this one. */
function olderClient({ config }: S3Client): S3ClientLike {
  const { protocol, ...older } = config
  t.ok(protocol, 'by which the versions are told apart')
  return {
    config: older,
    send: () => Promise.reject(new Error('it must not send')),
  }
}

t.test('without the SDK, the first request says what to install', async (t) => {
  for (const code of ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']) {
    const cause = Object.assign(new Error('Cannot find package'), { code })
    const client = new SdkBucketClient({ region: 'us-east-1' }, {}, undefined, () => Promise.reject(cause))
    const missing = {
      name: 'MissingPackageError',
      code: 'ERR_MISSING_PACKAGE',
      packageName: '@aws-sdk/client-s3',
      message: 'Install @aws-sdk/client-s3: buckets need it, and it is not installed.',
      cause,
    }
    await t.rejects(client.headObject(where), missing)
    await t.rejects(client.region(), missing)
    client.destroy()
  }
  const broken = new SdkBucketClient({}, {}, undefined, () => Promise.reject(new Error('broken')))
  await t.rejects(broken.region(), { message: /broken/ })
})

t.test('a client for another service is refused at once, by name', (t) => {
  const glacier = new GlacierClient({ region: 'us-east-1' })
  t.throws(() => s3Client(glacier), {
    name: 'TypeError',
    message: 'The client is for Glacier. Pass an S3Client of @aws-sdk/client-s3.',
  })
  t.throws(() => s3Client(null as unknown as S3ClientSettings), TypeError)
  t.throws(() => s3Client({}, { idleTimeout: 0 }), RangeError)
  t.end()
})

t.test('a client of an older SDK lends its endpoint, region, credentials and path style', async (t) => {
  const service = await scriptedBucket(t, headers(200, { 'x-amz-bucket-region': 'eu-west-1' }))
  const theirs = service.sdkClient({ region: 'eu-west-1' })
  const client = s3Client(olderClient(theirs))
  t.equal(await client.headBucket({ bucket: 'backups' }), 'eu-west-1')
  t.equal(await client.region(), 'eu-west-1')
  t.match(service.seen, [
    { url: '/backups', headers: { authorization: /Credential=A{20}\/\d+\/eu-west-1\/s3/ } },
  ])
})

t.test('a client made here is closed by destroy(); one of the caller is left alone', async (t) => {
  const service = await scriptedBucket(t, headers(204))
  const theirs = service.sdkClient()
  let closed = 0
  theirs.destroy = () => {
    closed++
  }
  const client = s3Client(theirs)
  await client.deleteObject(where)
  client.destroy()
  client[Symbol.dispose]()
  await client[Symbol.asyncDispose]()
  t.equal(closed, 0)
  service.client.destroy()
  await service.client.deleteObject(where)
  service.client.destroy()
  t.equal(service.seen.length, 2)
})

/** A handler that records requests, in place of a network. */
function recording(): { readonly requestHandler: object; readonly hosts: string[] } {
  const hosts: string[] = []
  const handle = ({ hostname, path }: { hostname: string; path: string }): Promise<object> => {
    hosts.push(`${hostname}${path}`)
    return Promise.resolve({ response: { statusCode: 204, headers: REQUEST, body: undefined } })
  }
  return { requestHandler: { handle }, hosts }
}
const REQUEST = { 'x-amz-request-id': 'r' }

t.test('the bucket is in the host name at the service, and in the path at any other endpoint', async (t) => {
  const rows: [S3ClientSettings, string][] = [
    [{}, 'backups.s3.us-east-1.amazonaws.com/docs.tar'],
    [{ forcePathStyle: true }, 's3.us-east-1.amazonaws.com/backups/docs.tar'],
    [{ endpoint: 'http://minio.local:9000' }, 'minio.local/backups/docs.tar'],
    [{ endpoint: 'http://minio.local', forcePathStyle: false }, 'backups.minio.local/docs.tar'],
    [{ useAccelerateEndpoint: true }, 'backups.s3-accelerate.amazonaws.com/docs.tar'],
  ]
  for (const [settings, expected] of rows) {
    const { requestHandler, hosts } = recording()
    const client = s3Client({ region: 'us-east-1', credentials: CREDENTIALS, requestHandler, ...settings })
    await client.deleteObject(where)
    t.strictSame(hosts, [expected])
  }
})

t.test('expired credentials are refreshed', async (t) => {
  const asked: unknown[] = []
  const service = await scriptedBucket(t, headers(204))
  const credentials = async (options?: { forceRefresh?: boolean }): Promise<typeof CREDENTIALS> => {
    asked.push(options?.forceRefresh)
    return { ...CREDENTIALS, accessKeyId: `KEY${asked.length}` }
  }
  const client = service.clientWith({ credentials })
  await client.deleteObject(where)
  await client.refreshCredentials()
  await client.deleteObject(where)
  t.strictSame(
    service.seen.map(({ headers }) => /Credential=(\w+)\//.exec(headers.authorization ?? '')?.[1]),
    ['KEY1', 'KEY2'],
  )
  await t.rejects(client.refreshCredentials(7 as unknown as AbortSignal), TypeError)
})

t.test('missing credentials and a missing region are errors of their own', async (t) => {
  const service = await scriptedBucket(t, headers(204))
  const credentials = (): Promise<never> => Promise.reject(new Error('none'))
  await t.rejects(service.clientWith({ credentials }).deleteObject(where), {
    name: 'CredentialsError',
    reason: 'credentials-missing',
  })
  const region = (): Promise<never> => Promise.reject(new Error('Region is missing'))
  await t.rejects(service.clientWith({ region }).deleteObject(where), {
    name: 'ServiceError',
    reason: 'region-missing',
  })
  await t.rejects(service.clientWith({ region }).region(), { name: 'ServiceError', reason: 'region-missing' })
  t.equal(service.seen.length, 0)
})

t.test('a request that does not progress is given up; white space of a completion is progress', async (t) => {
  const completion = { ...where, uploadId: 'u', parts: [{ partNumber: 1, etag: '"e"' }] }
  const completing = (idleMs: number): Promise<unknown> => {
    const clock = new VirtualClock(false)
    async function* pieces(): AsyncGenerator<string> {
      for (let i = 0; i < 5; i++) {
        await clock.advance(idleMs)
        yield ' '
      }
      yield '<CompleteMultipartUploadResult><ETag>"e-1"</ETag></CompleteMultipartUploadResult>'
    }
    const body = Readable.from(pieces(), { objectMode: false })
    const handle = (_request: unknown, { abortSignal }: { abortSignal: AbortSignal }): Promise<object> => {
      abortSignal.addEventListener('abort', () => body.destroy(new Error('ended')))
      return Promise.resolve({ response: { statusCode: 200, headers: REQUEST, body } })
    }
    const settings = { region: 'us-east-1', credentials: CREDENTIALS, requestHandler: { handle } }
    return new SdkBucketClient(settings, { idleTimeout: 1000 }, clock).completeUpload(completion)
  }
  t.match(await completing(700), { etag: '"e-1"' }, '3.5 s in all')
  await t.rejects(completing(1100), {
    name: 'ConnectionError',
    serviceCode: 'TimeoutError',
    message: /No progress for 1 s/,
  })
})

t.test('after an early refusal, nothing of the body is read', async (t) => {
  const text = errorXml('SlowDown')
  const closed: Promise<unknown>[] = []
  const server = createServer((request, response) => {
    closed.push(new Promise((resolve) => request.socket.once('close', resolve)))
    request.resume() // the connection stays open, and the server continues to read
    response.writeHead(503, { ...REQUEST, 'content-length': text.length }).end(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = s3Client({ endpoint, region: 'us-east-1', credentials: CREDENTIALS })
  t.teardown(() => {
    client.destroy()
    server.close()
  })
  let taken = 0
  const sendLimit = {
    chunkSize: 10,
    take: async () => {
      taken++
      await new Promise(setImmediate)
    },
  }
  const bytes = Buffer.alloc(1_000_000)
  const part = { ...where, uploadId: 'u', partNumber: 1, bytes, sha256: 'ab'.repeat(32) }
  await t.rejects(client.uploadPart({ ...part, sendLimit }), {
    name: 'ServiceError',
    serviceCode: 'SlowDown',
    status: 503,
  })
  const atSettlement = taken
  t.ok(taken < 100_000, 'the response came before the end of the body')
  await Promise.all(closed)
  t.equal(taken, atSettlement)
})

t.test(
  'the endpoint of a client has no bucket in it, and needs neither a request nor credentials',
  async (t) => {
    const credentials = (): Promise<never> => Promise.reject(new Error('credentials were fetched'))
    const rows: [S3ClientSettings, string | undefined][] = [
      [{}, undefined],
      [{ forcePathStyle: true }, undefined],
      [{ useDualstackEndpoint: true }, undefined],
      [{ endpoint: 'http://minio.local:9000/' }, 'http://minio.local:9000'],
      [{ endpoint: 'http://127.0.0.1:9000' }, 'http://127.0.0.1:9000'],
      [{ endpoint: 'https://gate.example/Base/' }, 'https://gate.example/Base'],
      [{ endpoint: 'https://gate.example', forcePathStyle: false }, 'https://gate.example'],
    ]
    for (const [settings, expected] of rows)
      t.equal(await s3Client({ region: 'eu-west-1', credentials, ...settings }).endpoint(), expected)
    const region = (): Promise<never> => Promise.reject(new Error('Region is missing'))
    await t.rejects(s3Client({ region, credentials }).endpoint(), {
      name: 'ServiceError',
      reason: 'region-missing',
    })
  },
)
