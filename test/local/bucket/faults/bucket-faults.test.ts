import t from 'tap'
import { BUCKET_FAULT_KINDS, type BucketFaultRule } from '../../../../lib/local/index.js'
import { checksum, localBucketFor, sendS3 } from '../../../helpers/local-bucket.js'

const BODY = '0123456789'

t.test('each fault fails a request in its way, and only that one', async (t) => {
  const server = await localBucketFor(t)
  await sendS3(server, { method: 'PUT', path: '/bkt' })
  const headers = { 'x-amz-checksum-sha256': checksum(BODY) }
  const put = (): Promise<string> =>
    sendS3(server, { method: 'PUT', path: '/bkt/k', body: BODY, headers }).then(
      ({ status, code }) => `${status} ${code}`,
      (error: unknown) => String((error as { code?: unknown }).code),
    )
  const isStored = async (): Promise<boolean> => {
    const found = (await sendS3(server, { method: 'HEAD', path: '/bkt/k' })).status === 200
    await sendS3(server, { method: 'DELETE', path: '/bkt/k' })
    return found
  }
  const cases: readonly [BucketFaultRule['fault'], string, boolean, Partial<BucketFaultRule>?][] = [
    ['error', '500 InternalError', false],
    ['error', '409 OperationAborted', false, { status: 409, code: 'OperationAborted' }],
    ['error-after', '503 SlowDown', true, { status: 503, code: 'SlowDown' }],
    ['error-in-200', '200 InternalError', false],
    ['error-in-200-after', '200 SlowDown', true, { code: 'SlowDown' }],
    ['empty-200', '200 ', true],
    ['timeout', '400 RequestTimeout', false],
    ['throttle', '503 SlowDown', false],
    ['error-500', '500 InternalError', false],
    ['error-503', '503 ServiceUnavailable', false],
    ['error-html', '503 ', false],
    ['expired-token', '400 ExpiredToken', false],
    ['time-skewed', '403 RequestTimeTooSkewed', false],
    ['access-denied', '403 AccessDenied', false],
    ['wrong-region', '301 PermanentRedirect', false],
    ['no-bucket', '404 NoSuchBucket', false],
    ['expired-upload', '404 NoSuchUpload', false],
    ['checksum-mismatch', '400 BadDigest', false],
    ['precondition-failed', '412 PreconditionFailed', false],
    ['conflict', '409 ConditionalRequestConflict', false],
    ['reset-before', 'ECONNRESET', false],
    ['reset-amid', 'ECONNRESET', false],
    ['lose-answer', 'ECONNRESET', true],
    ['slow', '200 ', true, { bytesPerSecond: 1_000_000 }],
  ]
  for (const [fault, expected, stored, rest] of cases) {
    server.faults.add({ fault, operation: 'PutObject', times: 1, ...rest })
    t.equal(await put(), expected, fault)
    t.equal(await isStored(), stored, `${fault}: stored`)
    server.faults.clear()
  }
})

t.test('faults of outputs and checksums', async (t) => {
  const server = await localBucketFor(t)
  await sendS3(server, { method: 'PUT', path: '/bkt' })
  const hash = checksum(BODY)
  await sendS3(server, {
    method: 'PUT',
    path: '/bkt/k',
    body: BODY,
    headers: { 'x-amz-checksum-sha256': hash },
  })
  const get = async (fault: BucketFaultRule['fault'], range?: string): Promise<string> => {
    server.faults.clear()
    server.faults.add({ fault, operation: 'GetObject' })
    const headers = { 'x-amz-checksum-mode': 'ENABLED', ...(range !== undefined && { range }) }
    return sendS3(server, { method: 'GET', path: '/bkt/k', headers }).then(
      ({ text, headers: { 'x-amz-checksum-sha256': sent } }) => `${text} ${String(sent)}`,
      (error: unknown) => String((error as { code?: unknown }).code),
    )
  }
  t.equal(await get('no-hash'), `${BODY} undefined`)
  const wrong = await get('wrong-hash')
  t.ok(wrong.startsWith(BODY) && !wrong.endsWith(hash) && wrong.length === BODY.length + 1 + hash.length)
  t.equal(await get('cut-output'), 'ECONNRESET')
  t.equal(await get('corrupt-output'), `0123446789 ${hash}`)
  t.equal(await get('slow'), `${BODY} ${hash}`)
  t.equal(await get('whole-output', 'bytes=2-3'), `${BODY} ${hash}`)
  t.equal(await get('other-range', 'bytes=2-3'), '01 undefined')
  t.equal(await get('lose-answer'), 'ECONNRESET')
  server.faults.clear()
  const attributes = async (): Promise<string> => {
    const headers = { 'x-amz-object-attributes': 'Checksum' }
    return (await sendS3(server, { method: 'GET', path: '/bkt/k?attributes', headers })).text
  }
  t.match(await attributes(), hash)
  server.faults.add({ fault: 'wrong-hash' })
  t.notMatch(await attributes(), hash)
  server.faults.clear()
  server.faults.add({ fault: 'no-hash' })
  t.notMatch(await attributes(), /SHA256/)
})

t.test('a request that is not answered waits until the client gives up', async (t) => {
  const server = await localBucketFor(t)
  server.faults.add({ fault: 'stall', operation: 'ListBuckets' })
  const sent = sendS3(server, { method: 'GET', path: '/' })
  while (server.traffic.of('ListBuckets').underWay === 0)
    await new Promise((resolve) => setImmediate(resolve))
  await Promise.all([server.close(), t.rejects(sent)])
})

t.test('rules are checked', async (t) => {
  const server = await localBucketFor(t)
  t.equal(new Set(BUCKET_FAULT_KINDS).size, BUCKET_FAULT_KINDS.length)
  for (const rule of [
    { fault: 'none' },
    { fault: 'error', operation: 'UploadArchive' },
    { fault: 'error', nth: 1, every: 2 },
    { fault: 'error', status: 200 },
    { fault: 'error', code: 'a b' },
    { fault: 'stall', status: 500 },
    { fault: 'error-in-200', status: 500 },
  ] as unknown as BucketFaultRule[])
    t.throws(() => {
      server.faults.add(rule)
    }, RangeError)
  t.throws(() => {
    server.faults.add({} as BucketFaultRule)
  }, TypeError)
  server.faults.add({ fault: 'throttle', operation: 'ListBuckets', nth: 2 })
  t.match(server.faults.list(), [{ fault: 'throttle' }])
  const results = []
  for (let n = 0; n < 3; n++) results.push((await sendS3(server, { method: 'GET', path: '/' })).status)
  t.strictSame(results, [200, 503, 200])
})
