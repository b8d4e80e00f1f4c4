import t from 'tap'
import { REQUEST_CHARGES } from '../../../../lib/local/bucket/costs/request-charges.js'
import { BUCKET_ROUTES } from '../../../../lib/local/bucket/http/bucket-routes.js'
import { STORAGE_CLASSES } from '../../../../lib/local/bucket/service/storage-classes.js'
import { BUCKET_OPERATION_NAMES } from '../../../../lib/local/bucket/service/bucket-operations.js'
import { MIB } from '../../../../lib/sizes.js'
import {
  beginUpload,
  chargedBucketFor,
  completeUpload,
  gb,
  restore,
  sendPart,
} from '../../../helpers/bucket-costs.js'

const bytes = Buffer.alloc(MIB, 'night')

t.test('each operation is charged for in one way', async (t) => {
  t.strictSame(
    BUCKET_ROUTES.map(({ operation }) => operation).sort(),
    Object.keys(REQUEST_CHARGES),
    'each route has its charge',
  )
  const free = BUCKET_OPERATION_NAMES.filter((name) => REQUEST_CHARGES[name] === undefined)
  t.strictSame(free, ['AbortMultipartUpload', 'DeleteBucket', 'DeleteObject', 'RestoreObject'])
  for (const name of BUCKET_OPERATION_NAMES)
    if (name.startsWith('List')) t.equal(REQUEST_CHARGES[name], 'listRequests', name)
})

t.test('what is not about an object is charged for at the prices of STANDARD', async (t) => {
  const { ask, server, lines } = await chargedBucketFor(t, { createBuckets: false })
  t.strictSame(await lines(), {})
  t.strictSame(
    await server.costs(),
    {
      ...{ currency: 'USD', total: 0, isAtLeast: false, lines: [] },
      ...{ since: '2026-03-01T00:00:00.000Z', until: '2026-03-01T00:00:00.000Z' },
    },
    'nothing has been used',
  )
  await ask('PUT', '')
  await ask('HEAD', '')
  await ask('GET', '?location')
  await ask('GET', '?list-type=2')
  await ask('GET', '?uploads')
  await ask('DELETE', '')
  const costs = await server.costs()
  t.match(costs.lines, [
    { storageClass: 'STANDARD', id: 'uploadRequests', quantity: 1, unit: 'request', amount: 0.000005 },
    { storageClass: 'STANDARD', id: 'listRequests', quantity: 2, amount: 0.00001 },
    {
      storageClass: 'STANDARD',
      id: 'readRequests',
      quantity: 2,
      amount: 0.000001,
      item: 'STANDARD read requests',
    },
  ])
  t.equal(costs.lines.length, 3, 'a deletion is free')
  t.equal(costs.total, 0.000016)
})

t.test(
  'requests about objects have the price of their class, and parts of archives that of STANDARD',
  async (t) => {
    for (const [storageClass, upload, read, part] of [
      ['STANDARD', 0.000005, 0.000001, 0.00001],
      ['STANDARD_IA', 0.00001, 0.000003, 0.00002],
      ['ONEZONE_IA', 0.00001, 0.000003, 0.00002],
      ['INTELLIGENT_TIERING', 0.000005, 0.000001, 0.00001],
      ['GLACIER_IR', 0.00002, 0.00003, 0.00004],
      ['GLACIER', 0.00003, 0.000001, 0.00001],
      ['DEEP_ARCHIVE', 0.00005, 0.000001, 0.00001],
    ] as const) {
      const { ask, put, lines } = await chargedBucketFor(t)
      await put('a', storageClass, '')
      t.equal((await ask('HEAD', '/a')).status, 200)
      t.equal((await ask('HEAD', '/a')).status, 200)
      t.equal((await ask('GET', '/a?attributes', '', { 'x-amz-object-attributes': 'ETag' })).status, 200)
      const uploadId = await beginUpload(ask, 'b', storageClass)
      await sendPart(ask, 'b', uploadId, 1, bytes)
      const expected = {
        [`${storageClass} uploadRequests`]: [1, upload],
        [`${storageClass} readRequests`]: [3, read],
        [`${storageClass} partRequests`]: [2, part],
      }
      t.strictSame(await lines(), expected, storageClass)
      t.equal((await ask('DELETE', `/b?uploadId=${uploadId}`)).status, 204)
      t.strictSame(await lines(), expected, 'an abort is free')
    }
  },
)

t.test('a completion has the price of the class, each time it is sent', async (t) => {
  const { ask, lines } = await chargedBucketFor(t)
  const uploadId = await beginUpload(ask, 'b', 'DEEP_ARCHIVE')
  const part = await sendPart(ask, 'b', uploadId, 1, bytes)
  t.equal((await ask('GET', `/b?uploadId=${uploadId}`)).status, 200)
  t.equal((await completeUpload(ask, 'b', uploadId, [part])).status, 200)
  t.equal((await completeUpload(ask, 'b', uploadId, [part])).status, 200)
  t.strictSame(await lines(), {
    'STANDARD listRequests': [1, 0.000005],
    'DEEP_ARCHIVE uploadRequests': [2, 0.0001],
    'DEEP_ARCHIVE partRequests': [2, 0.00001],
  })
})

t.test('each GB that is read is charged for where that needs no restore', async (t) => {
  const { ask, put, lines } = await chargedBucketFor(t)
  await put('a', 'GLACIER_IR', bytes)
  t.equal((await ask('GET', '/a')).status, 200)
  t.equal((await ask('GET', '/a', '', { range: 'bytes=0-1023' })).status, 206)
  t.equal((await ask('HEAD', '/a')).status, 200)
  t.strictSame(await lines(), {
    'GLACIER_IR uploadRequests': [1, 0.00002],
    'GLACIER_IR readRequests': [3, 0.00003],
    'GLACIER_IR retrieval': [gb(MIB + 1024), 0.000029],
  })
  const archived = await chargedBucketFor(t)
  await archived.put('a', 'GLACIER', bytes)
  t.equal((await restore(archived.ask, 'a', 1, 'Bulk')).status, 202)
  t.equal((await archived.ask('GET', '/a')).status, 200)
  const lines2 = await archived.lines()
  t.strictSame(lines2['GLACIER readRequests'], [1, 0])
  t.notOk('GLACIER retrieval' in lines2, 'the restore paid for the bytes')
})

t.test('only what was carried out is charged for, also if its response is lost', async (t) => {
  const { ask, server, lines } = await chargedBucketFor(t)
  t.equal((await ask('GET', '/none')).status, 404)
  t.equal((await ask('POST', '/none?nothing')).status, 501)
  server.faults.add({ operation: 'PutObject', fault: 'error', status: 503, code: 'SlowDown', times: 1 })
  t.equal((await ask('PUT', '/a', 'x')).status, 503)
  t.strictSame(await lines(), {})
  server.faults.clear()
  server.faults.add({ operation: 'PutObject', fault: 'lose-answer', times: 1 })
  await t.rejects(ask('PUT', '/a', 'x'))
  server.faults.add({
    operation: 'PutObject',
    fault: 'error-after',
    status: 500,
    code: 'InternalError',
    times: 1,
  })
  t.equal((await ask('PUT', '/a', 'x')).status, 500)
  t.strictSame(await lines(), { 'STANDARD uploadRequests': [2, 0.00001] })
})

t.test('a price that is unknown makes the costs a lower bound, and can be given', async (t) => {
  for (const storageClass of STORAGE_CLASSES) {
    const { put, server } = await chargedBucketFor(t, {
      prices: { REDUCED_REDUNDANCY: { uploadRequests: 5 }, STANDARD: { storage: 3 } },
    })
    await put('a', storageClass, bytes)
    server.control.advanceClock(30 * 86_400_000)
    const { isAtLeast, lines, total } = await server.costs()
    const storage = lines.find(({ id }) => id === 'storage')
    const isUnknown = storageClass === 'REDUCED_REDUNDANCY' || storageClass === 'INTELLIGENT_TIERING'
    t.equal(isAtLeast, isUnknown, storageClass)
    t.equal(storage?.amount === null, isUnknown, storageClass)
    const known = lines.reduce((sum, { amount }) => sum + Math.round((amount ?? 0) * 1e6), 0)
    t.equal(Math.round(total * 1e6), known, 'the total is the sum of the lines')
    if (storageClass === 'STANDARD') t.equal(storage?.amount, 0.00293, 'at the price that was given')
    if (storageClass === 'REDUCED_REDUNDANCY') t.equal(total, 0.005)
    if (storageClass === 'GLACIER') {
      const metadata = lines.find(({ id }) => id === 'metadataStorage')
      t.equal(metadata?.amount, 0.000023, 'names and metadata at the price of STANDARD')
    }
  }
})
