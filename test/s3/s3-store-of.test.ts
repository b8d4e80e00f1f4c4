import { S3Client } from '@aws-sdk/client-s3'
import t from 'tap'
import type { S3ClientLike } from '../../lib/s3/sdk/s3-client-like.js'
import { s3Store, type S3StoreOptions } from '../../lib/s3/s3-store-of.js'
import { S3Store } from '../../lib/s3/s3-store.js'
import { S3_LIMITS } from '../../lib/s3/s3-limits.js'
import { MemoryBucket } from '../helpers/memory-bucket.js'
import { headers, scriptedBucket } from '../helpers/scripted-bucket.js'

const where = { bucket: 'backups', key: 'docs.tar' }

t.test('a client of the SDK and any other client are taken', async (t) => {
  const service = await scriptedBucket(t, headers(404))
  const memory = new MemoryBucket()
  for (const client of [service.sdkClient(), service.client, memory]) {
    const store = s3Store({ client, ...where })
    t.ok(store instanceof S3Store)
    t.match(store, {
      vaultName: 's3://backups',
      limits: S3_LIMITS,
      replacesArchives: true,
      keepAliveMs: Infinity,
    })
    await store.assertAbsent()
  }
  t.match(service.seen, [
    { method: 'HEAD', url: '/backups/docs.tar' },
    { method: 'HEAD', url: '/backups/docs.tar' },
  ])
  t.equal(service.seen.length, 2)
  t.strictSame(memory.operations, ['HeadObject'])
})

t.test('wrong options are refused, each by its name', async (t) => {
  const client = new MemoryBucket()
  const wrong: readonly [unknown, string, RegExp][] = [
    [{ ...where }, 'TypeError', /client/],
    [{ client: {}, ...where }, 'TypeError', /client.*S3Client/],
    [{ client: new S3Client({ region: 'r' }) as S3ClientLike, key: 'a' }, 'TypeError', /bucket/],
    [{ client, bucket: 'backups' }, 'TypeError', /key/],
    [{ client, ...where, bucket: 'B' }, 'RangeError', /bucket/],
    [{ client, ...where, key: '' }, 'RangeError', /key/],
    [{ client, ...where, overwrite: 'yes' }, 'TypeError', /overwrite/],
    [{ client, ...where, onUnconfirmed: true }, 'TypeError', /onUnconfirmed/],
    [{ client, ...where, storageClass: 'COLD' }, 'RangeError', /storageClass/],
    [{ client, ...where, signal: AbortSignal.timeout(1) }, 'TypeError', /signal/],
  ]
  for (const [options, name, message] of wrong)
    t.throws(() => s3Store(options as S3StoreOptions), { name, message })
})
