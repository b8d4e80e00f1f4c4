import t from 'tap'
import { isForeignSuccess } from '../../../lib/s3/sdk/xml-response.js'
import { failureKindOf, mayHaveActed } from '../../../lib/store/failure.js'
import {
  errorXml,
  headers,
  REQUEST_ID,
  scriptedBucket,
  xml,
  type BucketAnswer,
} from '../../helpers/scripted-bucket.js'

t.test('a success is of the service by its ID, or if it is neither a page nor of another status', (t) => {
  const page = { 'content-type': 'text/html; charset=utf-8' }
  const rows: [string, number, Record<string, string>, boolean][] = [
    ['GET', 200, {}, false],
    ['GET', 206, page, false],
    ['GET', 200, page, true],
    ['GET', 204, {}, true],
    ['HEAD', 200, page, true],
    ['HEAD', 200, { ...page, etag: '"e"' }, true],
    ['HEAD', 206, page, false],
    ['HEAD', 200, { ...page, 'x-amz-bucket-region': 'eu-west-1' }, false],
    ['HEAD', 200, {}, false],
    ['HEAD', 202, {}, true],
    ['PUT', 200, {}, false],
    ['POST', 202, {}, false],
    ['DELETE', 204, {}, false],
    ['POST', 200, page, true],
    ['PUT', 206, {}, true],
    ['GET', 200, { ...page, ...REQUEST_ID }, false],
    ['PUT', 201, { 'x-amz-id-2': 'i' }, false],
    ['PUT', 201, { 'x-amzn-requestid': 'i' }, false],
  ]
  for (const [method, statusCode, headers, expected] of rows)
    t.equal(isForeignSuccess(method, { statusCode, headers }), expected, `${method} ${statusCode}`)
  t.end()
})

const where = { bucket: 'backups', key: 'docs.tar' }
const upload = { ...where, uploadId: 'u' }
const completion = { ...upload, parts: [{ partNumber: 1, etag: '"e"' }] }
const RESULT = '<CompleteMultipartUploadResult><ETag>"e-1"</ETag></CompleteMultipartUploadResult>'

/** Sends a body after white space, as a completion that takes long. */
function slowly(body: string): BucketAnswer {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/xml', ...REQUEST_ID })
    response.write('<?xml version="1.0" encoding="UTF-8"?>\n  ')
    response.write('  \n')
    response.end(body)
  }
}

t.test('an error in a 200 is an error, however it is written', async (t) => {
  const bodies = [
    errorXml('InternalError'),
    `${errorXml('InternalError')}\n  `,
    errorXml('InternalError').replace('</Error>', '</Error >'),
    '<Error><Code>InternalError</Code></Error>',
  ]
  for (const body of bodies) {
    for (const answer of [xml(200, body), slowly(body)]) {
      const { client, seen } = await scriptedBucket(t, answer)
      const error = await client.completeUpload(completion).then(
        () => t.fail('it must fail'),
        (error: unknown) => error,
      )
      t.match(error, {
        name: 'ServiceError',
        serviceCode: 'InternalError',
        status: 500,
        requestId: 'REQUEST1',
        operation: 'CompleteMultipartUpload',
      })
      t.equal(failureKindOf(error), 'transient')
      t.equal(mayHaveActed(error), true)
      t.equal(seen.length, 1)
    }
  }
})

t.test('an error in a 200 that is final stays final', async (t) => {
  for (const [code, name] of [
    ['AccessDenied', 'AccessDeniedError'],
    ['NoSuchUpload', 'NotFoundError'],
    ['PreconditionFailed', 'ServiceError'],
    ['InvalidPart', 'ServiceError'],
  ]) {
    const { client } = await scriptedBucket(t, slowly(errorXml(String(code))))
    const error = await client.completeUpload(completion).catch((error: unknown) => error)
    t.match(error, { name, serviceCode: code })
    t.equal(failureKindOf(error), 'final')
  }
})

t.test('white space around a result is no part of it', async (t) => {
  const answers = [slowly(RESULT), slowly(`${RESULT}\n`), xml(200, `${RESULT} \n `), slowly(`${RESULT}  `)]
  const blank: BucketAnswer = (_request, response) => response.writeHead(200, REQUEST_ID).end(` \n ${RESULT}`)
  for (const answer of [...answers, blank]) {
    const { client } = await scriptedBucket(t, answer)
    t.match(await client.completeUpload(completion), { etag: '"e-1"' })
  }
})

t.test('an empty response, a page and another text are not the response of the service', async (t) => {
  const html: BucketAnswer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Sign in</body></html>')
  }
  const answers: [string, BucketAnswer][] = [
    ['empty', headers(200)],
    ['page', html],
    ['page with an ID', xml(200, '<html><body>Sign in</body></html>')],
    ['HTML5', (_request, response) => response.writeHead(200, REQUEST_ID).end('<!DOCTYPE html><p>Sign in')],
    ['text', (_request, response) => response.writeHead(200, REQUEST_ID).end('OK')],
    ['JSON', (_request, response) => response.writeHead(200, REQUEST_ID).end('{"ETag":"e"}')],
    ['status', headers(201)],
  ]
  for (const [name, answer] of answers) {
    const { client } = await scriptedBucket(t, answer)
    const requests = [() => client.completeUpload(completion), () => client.createUpload(where)]
    for (const request of requests) {
      const error = await request().catch((error: unknown) => error)
      t.match(error, { code: 'ERR_SERVICE', serviceCode: 'UnexpectedResponse' }, name)
      t.equal(failureKindOf(error), 'corrupted')
      t.equal(mayHaveActed(error), true)
    }
  }
})

t.test('a page is no response where the body should be empty, and an error in it is an error', async (t) => {
  const page: BucketAnswer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', etag: '"e"' }).end('<p>Sign in</p>')
  }
  const bytes = Buffer.from('abc')
  const part = { ...upload, partNumber: 1, bytes, sha256: 'ab'.repeat(32) }
  for (const answer of [page, xml(200, '<html>Sign in</html>', { etag: '"e"' })]) {
    const { client } = await scriptedBucket(t, answer)
    await t.rejects(client.uploadPart(part), { name: 'ServiceError', serviceCode: 'UnexpectedResponse' })
    await t.rejects(client.abortUpload(upload), { name: 'ServiceError', serviceCode: 'UnexpectedResponse' })
    await t.rejects(client.deleteObject(where), { name: 'ServiceError', serviceCode: 'UnexpectedResponse' })
  }
  const { client } = await scriptedBucket(t, xml(200, errorXml('InternalError'), { etag: '"e"' }))
  await t.rejects(
    client.uploadPart(part),
    { name: 'ServiceError', serviceCode: 'InternalError' },
    'an error in a 200',
  )
  const other = await scriptedBucket(t, xml(200, '<PutResult/>', { etag: '"e"' }))
  t.match(await other.client.uploadPart(part), { etag: '"e"' }, 'the body of another server is passed over')
})

t.test('a document that breaks off is incomplete', async (t) => {
  for (const length of [RESULT.length - 1, 40]) {
    const { client } = await scriptedBucket(t, xml(200, RESULT.slice(0, length)))
    const error = await client.completeUpload(completion).catch((error: unknown) => error)
    t.match(error, { serviceCode: 'IncompleteResponse', status: 200, requestId: 'REQUEST1' })
    t.equal(failureKindOf(error), 'corrupted')
  }
  const { client } = await scriptedBucket(
    t,
    xml(200, '<CompleteMultipartUploadResult><A></B></CompleteMultipartUploadResult>'),
  )
  await t.rejects(
    client.completeUpload(completion),
    { name: 'ServiceError', serviceCode: 'IncompleteResponse' },
    'without an ETag',
  )
})

t.test('a document without an end does not fill the memory', async (t) => {
  const piece = Buffer.alloc(1_048_576, ' ')
  const { client } = await scriptedBucket(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/xml', ...REQUEST_ID })
    const send = (): void => {
      while (!response.destroyed && response.write(piece));
      if (!response.destroyed) response.once('drain', send)
    }
    send()
  })
  await t.rejects(client.completeUpload(completion), {
    serviceCode: 'UnexpectedResponse',
    message: /longer than 33554432 bytes/,
  })
})

t.test('a refusal without a body is left to the SDK', async (t) => {
  const { client } = await scriptedBucket(t, headers(500))
  await t.rejects(client.completeUpload(completion), {
    name: 'ServiceError',
    serviceCode: 'HTTP 500',
    status: 500,
  })
})
