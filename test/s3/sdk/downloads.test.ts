import t from 'tap'
import type { ObjectRange } from '../../../lib/s3/bucket-responses.js'
import { s3Client } from '../../../lib/s3/sdk/s3-client.js'
import { failureKindOf } from '../../../lib/store/failure.js'
import { bytesHashed } from '../../helpers/bytes-hashed.js'
import {
  headers,
  refusal,
  REQUEST_ID,
  scriptedBucket,
  type BucketAnswer,
} from '../../helpers/scripted-bucket.js'

const where = { bucket: 'backups', key: 'docs.tar' }

async function bytesOf({ body }: ObjectRange): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Answers a range with these bytes. */
function part(bytes: Buffer, range: string, own: Record<string, string> = {}): BucketAnswer {
  return (_request, response) => {
    const length = { 'content-length': String(bytes.length), 'content-range': `bytes ${range}` }
    response.writeHead(206, { ...REQUEST_ID, ...length, ...own }).end(bytes)
  }
}

t.test('a range is fetched as it is: the SDK neither asks for a checksum nor validates one', async (t) => {
  const bytes = Buffer.alloc(1_000_000, 7)
  const wrong = { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-sha256': `${'A'.repeat(43)}=` }
  const page = { 'content-type': 'text/html', etag: '"e"', 'x-amz-version-id': 'v' }
  const service = await scriptedBucket(t, part(bytes, '5-1000004/2000000', { ...wrong, ...page }))
  const request = {
    ...where,
    range: { start: 5, end: 1_000_005 },
    objectSize: 2_000_000,
    ifMatch: '"e"',
    versionId: 'v',
  }
  const theirs = service.sdkClient({ responseChecksumValidation: 'WHEN_SUPPORTED' })
  for (const client of [service.client, s3Client(theirs)]) {
    service.seen.length = 0
    const hashed = await bytesHashed(1000, async () => {
      const range = await client.getObject(request)
      t.match(range, { etag: '"e"', versionId: 'v' })
      t.ok((await bytesOf(range)).equals(bytes))
    })
    t.equal(hashed, 0)
    t.match(service.seen, [
      {
        method: 'GET',
        url: '/backups/docs.tar?versionId=v&x-id=GetObject',
        headers: { range: 'bytes=5-1000004', 'if-match': '"e"' },
      },
    ])
    t.equal(service.seen[0]?.headers['x-amz-checksum-mode'], undefined)
  }
})

t.test('a response of another range is no response', async (t) => {
  const nine = Buffer.alloc(9)
  const whole: BucketAnswer = (_request, response) => {
    response.writeHead(200, { ...REQUEST_ID, 'content-length': '9' }).end(nine)
  }
  const unexpected = {
    code: 'ERR_SERVICE',
    serviceCode: 'UnexpectedResponse',
    operation: 'GetObject',
    requestId: 'REQUEST1',
  }
  for (const answer of [
    part(nine, '1-9/100'),
    part(nine, '10-18/101'),
    whole,
    headers(200),
    part(nine, '10-19/100'),
  ]) {
    const { client } = await scriptedBucket(t, answer)
    const request = { ...where, range: { start: 10, end: 19 }, objectSize: 100 }
    await t.rejects(client.getObject(request), unexpected)
  }
  const { client } = await scriptedBucket(t, whole)
  const all = await client.getObject({ ...where, range: { start: 0, end: 9 } })
  t.equal((await bytesOf(all)).length, 9, 'the whole object is its own range')
})

t.test('a body has exactly the bytes of its range', async (t) => {
  const range = { start: 0, end: 9 }
  const unsized =
    (pieces: number): BucketAnswer =>
    (_request, response) => {
      response.writeHead(206, { ...REQUEST_ID, 'content-range': 'bytes 0-8/100' })
      for (let i = 0; i < pieces; i++) response.write('abc')
      response.end()
    }
  const right = await scriptedBucket(t, unsized(3))
  t.equal((await bytesOf(await right.client.getObject({ ...where, range }))).length, 9)

  const short = await scriptedBucket(t, unsized(2))
  const cut = await bytesOf(await short.client.getObject({ ...where, range })).catch(
    (error: unknown) => error,
  )
  t.match(cut, { code: 'ERR_SERVICE', serviceCode: 'IncompleteResponse', message: /has 6 bytes, but 9/ })
  t.equal(failureKindOf(cut), 'corrupted')

  const endless = await scriptedBucket(t, (_request, response) => {
    response.writeHead(206, { ...REQUEST_ID, 'content-range': 'bytes 0-8/100' })
    const send = (): void => {
      while (!response.destroyed && response.write('abc'.repeat(10_000)));
      if (!response.destroyed) response.once('drain', send)
    }
    send()
  })
  await t.rejects(bytesOf(await endless.client.getObject({ ...where, range })), {
    serviceCode: 'UnexpectedResponse',
    message: /has more than 9 bytes/,
  })
})

t.test('a connection that is cut during a body is a failure of the network', async (t) => {
  const { client } = await scriptedBucket(t, (_request, response) => {
    response.writeHead(206, { ...REQUEST_ID, 'content-length': '9', 'content-range': 'bytes 0-8/9' })
    response.write('abc', () => response.destroy())
  })
  const found = await client.getObject({ ...where, range: { start: 0, end: 9 } })
  await t.rejects(bytesOf(found), { name: 'ConnectionError', operation: 'GetObject' })
})

t.test('the signal ends a body while it arrives', async (t) => {
  const { client } = await scriptedBucket(t, (_request, response) => {
    response
      .writeHead(206, { ...REQUEST_ID, 'content-length': '9', 'content-range': 'bytes 0-8/9' })
      .write('abc')
  })
  const reading = new AbortController()
  const { signal } = reading
  const found = await client.getObject({ ...where, range: { start: 0, end: 9 }, signal })
  const read = async (): Promise<void> => {
    for await (const piece of found.body) reading.abort(new Error(`enough after ${piece.length}`))
  }
  await t.rejects(read(), { name: 'AbortError', cause: { message: 'enough after 3' } })
})

t.test('an object that is archived or replaced is refused with a reason', async (t) => {
  const range = { start: 0, end: 9 }
  const archived = await scriptedBucket(t, refusal(403, 'InvalidObjectState'))
  await t.rejects(archived.client.getObject({ ...where, range }), {
    name: 'ServiceError',
    reason: 'not-restored',
  })
  const replaced = await scriptedBucket(t, refusal(412, 'PreconditionFailed'))
  await t.rejects(replaced.client.getObject({ ...where, range, ifMatch: '"e"' }), {
    name: 'ServiceError',
    reason: 'object-changed',
  })
})
