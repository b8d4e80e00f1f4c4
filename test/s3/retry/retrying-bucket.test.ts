import t from 'tap'
import { ServiceError } from '../../../lib/errors.js'
import type { BucketClient } from '../../../lib/s3/bucket-client.js'
import { retryingBucket } from '../../../lib/s3/retry/retrying-bucket.js'
import { Retry } from '../../../lib/transfer/retry.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

t.test('each operation that can be repeated is repeated, and no other is there', async (t) => {
  const calls = new Map<string, number>()
  const client = new Proxy({} as BucketClient, {
    get: (_target, name: string) => (request: object) => {
      const count = (calls.get(name) ?? 0) + 1
      calls.set(name, count)
      const details = { operation: name, serviceCode: 'SlowDown', status: 503 }
      return count < 3
        ? Promise.reject(new ServiceError('slow', details))
        : Promise.resolve({ name, request })
    },
  })
  const clock = new VirtualClock()
  const again = retryingBucket(client, new Retry({ retryFor: 60_000, clock }))
  const request = { bucket: 'b', key: 'k', uploadId: 'u' }
  for (const [name, call] of Object.entries(again)) {
    const pending = (call as (request: object) => Promise<unknown>)(request)
    t.strictSame(await pending, { name, request })
    t.equal(calls.get(name), 3)
  }
  t.strictSame(Object.keys(again), [
    'abortUpload',
    'deleteObject',
    'getAttributes',
    'headBucket',
    'headObject',
    'listObjects',
    'listUploads',
  ])
})
