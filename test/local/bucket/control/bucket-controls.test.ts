import { once } from 'node:events'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { endpointOf } from '../../../../lib/local/http/http-server.js'
import { BUCKET_FAULT_KINDS, type LocalBucket, type LocalVault } from '../../../../lib/local/index.js'
import { order } from '../../../helpers/controls.js'
import { elementIn, localBucketFor, sendS3, type RawS3Response } from '../../../helpers/local-bucket.js'
import { clock, localVaultFor, send, type Clock } from '../../../helpers/local-vault.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const SECRET = 'a-secret-of-twenty-two'
const AT = '2026-03-01T12:00:00.000Z'

/** A local vault with a local bucket beside it. */
interface Pair {
  readonly time: Clock
  readonly vault: LocalVault
  readonly bucket: LocalBucket
  /** Sends a request to the bucket. */
  readonly ask: (
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: string,
  ) => Promise<RawS3Response>
  /** The response of a control that reads. */
  readonly reading: (path: string, status?: number) => Promise<Record<string, unknown>>
}

async function pairFor(t: Test, options: object = {}, vaultOptions: object = {}): Promise<Pair> {
  const time = clock(Date.parse(AT))
  const vault = await localVaultFor(t, { now: time.now, controlSecret: SECRET, ...vaultOptions })
  const bucket = await localBucketFor(t, { dir: vault.dir, vaultControl: vault.control, ...options })
  return {
    time,
    vault,
    bucket,
    ask: (method, path, headers = {}, body = '') =>
      sendS3(bucket, { method, path, headers, body, time: time.time }),
    reading: async (path, status = 200) => {
      const told = await order(vault, 'GET', path)
      t.equal(told.status, status, path)
      return told.json
    },
  }
}

/** Damages the first file of a name below a folder. */
async function damage(dir: string, name: string): Promise<void> {
  const found = (await readdir(dir, { recursive: true })).find((path) => path.endsWith(name))
  await writeFile(join(dir, found ?? ''), '{')
}

t.test('buckets, objects, uploads and parts are read over HTTP, page by page', async (t) => {
  const failures: Error[] = []
  const { bucket, ask, reading } = await pairFor(t, { onFailure: (error: Error) => failures.push(error) })
  t.match(await reading('overview'), { readings: ['GET overview'], time: AT })
  t.ok(((await reading('overview')).readings as string[]).includes('GET buckets/objects'))
  t.notOk(((await reading('overview')).readings as string[]).some((name) => name.startsWith('POST')))
  t.match(await reading('buckets/overview'), {
    endpoint: bucket.endpoint,
    region: 'us-east-1',
    accountId: '111122223333',
    faultKinds: BUCKET_FAULT_KINDS,
    operations: ['AbortMultipartUpload'],
  })
  t.strictSame(await reading('buckets'), { buckets: [], marker: null, total: 0 })
  for (const name of ['docs', 'empty', 'photos']) t.equal((await ask('PUT', `/${name}`)).status, 200)
  const hostile = '<b>\u202e\u0007&amp;'
  for (const [key, storageClass] of [
    ['a', 'GLACIER'],
    [hostile, 'GLACIER_IR'],
    ['z/../x', 'STANDARD'],
  ] as const) {
    const headers = { 'x-amz-storage-class': storageClass }
    const put = await ask('PUT', `/docs/${encodeURIComponent(key)}`, headers, 'bytes')
    t.equal(put.status, 200, key)
  }
  const plain = { size: 5, etag: /^[0-9a-f]{32}$/, partCount: null, lastModified: AT, restoredUntil: null }
  t.match(await reading('buckets/objects?bucket=docs'), {
    objects: [
      { key: hostile, storageClass: 'GLACIER_IR', restore: null, ...plain },
      { key: 'a', storageClass: 'GLACIER', restore: 'none', ...plain },
      { key: 'z/../x', storageClass: 'STANDARD', restore: null, ...plain },
    ],
    marker: null,
    total: 3,
  })
  const first = await reading('buckets/objects?bucket=docs&limit=1')
  t.match(first, { objects: [{ key: hostile }], marker: 'a', total: 3 })
  t.match(await reading('buckets/objects?bucket=docs&limit=2&marker=a'), {
    objects: [{ key: 'a' }, { key: 'z/../x' }],
    marker: null,
  })

  const begun = await ask('POST', '/docs/big.tar?uploads', { 'x-amz-storage-class': 'DEEP_ARCHIVE' })
  const uploadId = elementIn(begun.text, 'UploadId') ?? ''
  for (const number of [1, 2, 4]) {
    const part = await ask('PUT', `/docs/big.tar?partNumber=${number}&uploadId=${uploadId}`, {}, 'part')
    t.equal(part.status, 200)
  }
  t.strictSame(await reading('buckets/uploads?bucket=docs'), {
    uploads: [
      {
        ...{ uploadId, key: 'big.tar', storageClass: 'DEEP_ARCHIVE', initiated: AT, partCount: 3 },
        runs: [
          [1, 2],
          [4, 4],
        ],
      },
    ],
    marker: null,
    total: 1,
  })
  const parts = `buckets/parts?bucket=docs&uploadId=${uploadId}`
  t.match(await reading(`${parts}&limit=2`), {
    parts: [{ number: 1, size: 4, etag: /^[0-9a-f]{32}$/, checksum: null, lastModified: AT }, { number: 2 }],
    marker: '00004',
    total: 3,
  })
  t.match(await reading(`${parts}&marker=00004`), { parts: [{ number: 4 }], marker: null })
  t.match(await reading('buckets?limit=2'), {
    buckets: [
      { bucket: 'docs', creationDate: AT, objectCount: 3, uploadCount: 1 },
      { bucket: 'empty', objectCount: 0, uploadCount: 0 },
    ],
    marker: 'photos',
    total: 3,
  })
  t.match(await reading('buckets?region=us-east-1&accountId=111122223333'), { total: 3 })
  t.match(await reading('buckets?region=eu-west-1'), { buckets: { length: 0 }, total: 0 })
  t.match(await reading('buckets?accountId=000000000000'), { total: 0 })
  for (const [path, status, message] of [
    ['buckets/objects', 400, /has no bucket/],
    ['buckets/objects?bucket=none', 404, /bucket does not exist/],
    ['buckets/objects?bucket=..', 404, /bucket does not exist/],
    ['buckets/objects?bucket=docs&limit=101', 400, /whole number from 1 to 100/],
    ['buckets/uploads?bucket=none', 404, /bucket does not exist/],
    ['buckets/parts?bucket=docs', 400, /has no uploadId/],
    ['buckets/parts?bucket=docs&uploadId=../..', 404, /upload does not exist/],
  ] as const) {
    t.match(await reading(path, status), { message }, path)
  }

  t.strictSame(failures, [])
  await damage(bucket.dir, 'upload.json')
  t.match(await reading('buckets/uploads?bucket=docs'), { uploads: { length: 0 }, total: 1 })
  await damage(bucket.dir, 'object.json')
  const damaged = (await reading('buckets/objects?bucket=docs')).objects as { unreadable?: boolean }[]
  t.equal(damaged.filter(({ unreadable }) => unreadable).length, 1, 'the others are still listed')
  t.equal(damaged.length, 3)
  t.equal(failures.length, 2)
})

t.test('keys are paged in the order of their bytes, each once', async (t) => {
  const { ask, reading } = await pairFor(t)
  await ask('PUT', '/docs')
  // In UTF-16, the second would come after the third.
  const keys = ['a', '\uffee', '\u{1f600}', '\u{1f601}']
  for (const key of keys) await ask('PUT', `/docs/${encodeURIComponent(key)}`, {}, 'x')
  const seen: unknown[] = []
  let marker: unknown = 'a'
  while (typeof marker === 'string') {
    const page = `buckets/objects?bucket=docs&limit=1&marker=${encodeURIComponent(marker)}`
    const listed = await reading(page)
    seen.push((listed.objects as { key: string }[])[0]?.key)
    if (seen.length > keys.length) break
    marker = listed.marker
  }
  t.strictSame(seen, keys)
})

t.test('an object that is deleted while a page is read is left out', async (t) => {
  const { bucket, ask, reading } = await pairFor(t)
  await ask('PUT', '/docs')
  for (const key of ['a', 'b']) await ask('PUT', `/docs/${key}`, {}, 'x')
  t.match(await reading('buckets/objects?bucket=docs'), { objects: { length: 2 } })
  const found = (await readdir(bucket.dir, { recursive: true })).find((path) => path.endsWith('object.json'))
  const folder = join(bucket.dir, found ?? '', '..')
  await rm(folder, { recursive: true })
  t.match(await reading('buckets/objects?bucket=docs'), { objects: { length: 1 } })
})

t.test('restores are completed, and one clock is moved for vaults and buckets', async (t) => {
  const { vault, bucket, ask, reading } = await pairFor(t, { restoreDelay: 'realistic' })
  await ask('PUT', '/docs')
  await ask('PUT', '/docs/a', { 'x-amz-storage-class': 'DEEP_ARCHIVE' }, 'bytes')
  const restore = (): Promise<RawS3Response> =>
    ask('POST', '/docs/a?restore', {}, '<RestoreRequest><Days>1</Days></RestoreRequest>')
  const state = async (): Promise<unknown> => {
    const [object] = (await reading('buckets/objects?bucket=docs')).objects as object[]
    return object
  }
  t.equal((await restore()).status, 202)
  t.match(await state(), { restore: 'ongoing', restoredUntil: null })
  t.match(await order(vault, 'POST', 'buckets/restores/complete'), {
    status: 200,
    json: { message: undefined },
  })
  t.match(await state(), { restore: 'restored', restoredUntil: '2026-03-03T00:00:00.000Z' })
  t.equal((await ask('GET', '/docs/a')).text, 'bytes')

  t.match(await order(vault, 'POST', 'clock', { advance: 3 * DAY }), {
    json: { time: '2026-03-04T12:00:00.000Z' },
  })
  t.equal(bucket.control.time.toISOString(), '2026-03-04T12:00:00.000Z')
  t.match(await state(), { restore: 'none' })
  t.equal((await restore()).status, 202, 'signatures are checked by the clock of the clients')
  bucket.control.advanceClock(12 * HOUR)
  t.equal(vault.control.time.toISOString(), '2026-03-05T00:00:00.000Z')
  t.match(await state(), { restore: 'restored' })
  t.throws(() => {
    bucket.control.advanceClock(1e15)
  }, /its last year is 9999/)
  t.throws(() => {
    bucket.control.advanceClock(-1)
  }, /milliseconds of BucketControl\.advanceClock must be/)
})

t.test('a clock that the bucket moves ends the jobs of the vault, whose topics are told', async (t) => {
  const topic = createServer((request, response) => {
    request.resume()
    response.end()
  })
  topic.listen(0, '127.0.0.1')
  await once(topic, 'listening')
  t.teardown(() => topic.close())
  const snsEndpoint = endpointOf(topic.address() as Parameters<typeof endpointOf>[0])
  const { vault, bucket, time } = await pairFor(t, {}, { snsEndpoint, jobDelay: HOUR })
  await send(vault, { method: 'PUT', path: '/-/vaults/docs', time: time.time })
  await vault.control.takeInventory('docs')
  const SNSTopic = 'arn:aws:sns:us-east-1:111122223333:jobs'
  const body = JSON.stringify({ Type: 'inventory-retrieval', SNSTopic })
  await send(vault, { method: 'POST', path: '/-/vaults/docs/jobs', body, time: time.time })
  const told = once(topic, 'request')
  bucket.control.advanceClock(HOUR)
  await told
  const { json } = await send(vault, { method: 'GET', path: '/-/vaults/docs/jobs', time: time.time })
  t.match(json, { JobList: [{ StatusCode: 'Succeeded' }] })
})

t.test('faults of the bucket are added and cleared, and its traffic is counted', async (t) => {
  const { vault, bucket, ask, reading } = await pairFor(t)
  const rule = { fault: 'error', operation: 'PutObject', status: 503, code: 'SlowDown', times: 1 }
  t.match(await order(vault, 'POST', 'buckets/faults', rule), { json: { faults: [rule] } })
  t.strictSame(bucket.faults.list(), [rule])
  t.strictSame(vault.faults.list(), [], 'the faults of the vault are others')
  t.match(await reading('buckets/faults'), { faults: [rule] })
  await ask('PUT', '/docs')
  t.match(await ask('PUT', '/docs/a', {}, 'x'), { status: 503, code: 'SlowDown' })
  t.equal((await ask('PUT', '/docs/a', {}, 'xyz')).status, 200)
  t.match(await reading('buckets/traffic'), {
    CreateBucket: { requests: 1, carriedOut: 1 },
    PutObject: { requests: 2, carriedOut: 1, bytes: 3, underWay: 0, maxAtOnce: 1 },
  })
  t.match(await order(vault, 'POST', 'buckets/faults', { fault: 'fire' }), {
    status: 400,
    json: { message: /fault of Faults\.add must be/ },
  })
  t.match(await order(vault, 'POST', 'buckets/faults', { fault: 'stall', status: 500 }), { status: 400 })
  t.match(await order(vault, 'DELETE', 'buckets/faults'), { json: { faults: { length: 0 } } })
  t.strictSame(bucket.faults.list(), [])
})

t.test('the costs of the buckets are told over HTTP, and are others than those of the vaults', async (t) => {
  const { vault, bucket, ask, reading } = await pairFor(t, { prices: { DEEP_ARCHIVE: { storage: 1024 } } })
  const none = { currency: 'USD', total: 0, isAtLeast: false, lines: [], since: AT, until: AT }
  t.strictSame(await reading('buckets/costs'), none)
  await ask('PUT', '/docs')
  await ask('PUT', '/docs/a', { 'x-amz-storage-class': 'DEEP_ARCHIVE' }, 'x'.repeat(2 ** 20))
  await order(vault, 'POST', 'clock', { advance: 30 * DAY })
  const costs = await reading('buckets/costs')
  t.strictSame(costs, JSON.parse(JSON.stringify(await bucket.costs())))
  t.match(costs, {
    lines: [
      { id: 'uploadRequests', storageClass: 'STANDARD', amount: 0.000005 },
      { id: 'storage', storageClass: 'DEEP_ARCHIVE', item: 'DEEP_ARCHIVE storage', amount: 1.03125 },
      { id: 'metadataStorage', unit: 'GB-month', quantity: 0.000007629, amount: 0 },
      { id: 'uploadRequests', storageClass: 'DEEP_ARCHIVE', unit: 'request', quantity: 1, amount: 0.00005 },
    ],
    since: AT,
    until: '2026-03-31T12:00:00.000Z',
  })
  t.match(await reading('costs'), { total: 0 }, 'those of the vaults')
  await writeFile(join(bucket.dir, 'buckets/stray'), 'some file')
  const [folder = ''] = (await readdir(join(bucket.dir, 'buckets'))).filter((name) => name !== 'stray')
  for (const name of ['objects/stray', 'uploads/stray'])
    await writeFile(join(bucket.dir, 'buckets', folder, name), 'some file')
  t.strictSame(await reading('buckets/costs'), costs, 'what is not ours is left out')
})

t.test('the controls need the secret, and are gone with the bucket', async (t) => {
  const { vault, bucket, ask, reading } = await pairFor(t)
  for (const [method, path] of [
    ['GET', 'buckets'],
    ['POST', 'buckets/faults'],
    ['POST', 'buckets/restores/complete'],
  ] as const) {
    t.equal((await order(vault, method, path, undefined, 'Bearer wrong')).status, 401)
  }
  const told = await order(vault, 'PUT', 'buckets')
  t.match(told, { status: 404, json: { message: /There are GET overview, .*GET buckets\/objects/ } })

  await ask('PUT', '/docs')
  await ask('PUT', '/docs/.control/buckets', {}, 'a key like any other')
  t.equal((await ask('GET', '/docs/.control/buckets')).text, 'a key like any other')
  const direct = await fetch(`${bucket.endpoint}/.control/buckets`, {
    headers: { authorization: `Bearer ${SECRET}` },
  })
  t.not(direct.status, 200, 'the address of the buckets has no controls')

  const other = await localBucketFor(t, { vaultControl: vault.control })
  t.match(await reading('buckets/overview'), { endpoint: other.endpoint }, 'of the last one')
  await other.close()
  t.match(await reading('buckets/overview'), { endpoint: bucket.endpoint })
  await bucket.close()
  await bucket.close()
  t.match(await reading('buckets', 404), { message: /no control GET/ })
  t.notMatch((await reading('overview')).readings, ['GET buckets'])
})

t.test('a bucket has one clock: its own, or that of the vault', async (t) => {
  const vault = await localVaultFor(t)
  await t.rejects(localBucketFor(t, { vaultControl: vault.control, now: Date.now }), {
    name: 'RangeError',
    message: /now of startLocalBucket is the clock of the local vault/,
  })
  const alone = await localBucketFor(t, { now: () => 1000 })
  alone.control.advanceClock(500)
  t.equal(alone.control.time.getTime(), 1500)
  await mkdir(join(vault.dir, 'buckets')) // one that has no bucket
  const beside = await localBucketFor(t, { dir: vault.dir, vaultControl: vault.control })
  vault.control.advanceClock(HOUR)
  t.ok(beside.control.time.getTime() - Date.now() > HOUR / 2)
})
