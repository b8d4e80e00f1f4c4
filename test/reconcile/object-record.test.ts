import t from 'tap'
import { recordOfObject } from '../../lib/reconcile/object-record.js'
import type { ObjectFacts } from '../../lib/s3/bucket-responses.js'

const PLACE = { vaultName: 's3://backups', region: 'eu-west-1', key: 'a' }
const FACTS: ObjectFacts = {
  ...{ size: 20, etag: '"e"', versionId: 'v', storageClass: 'GLACIER', lastModified: '2026-01-01T00:00:00Z' },
  ...{ hash: { sha256: 'a'.repeat(64), parts: 2 }, metadata: { 'part-size': '16' } },
  ...{ restore: undefined, archiveStatus: undefined },
}

t.test('the record of an object has its part size only if it agrees with the number of parts', (t) => {
  t.match(recordOfObject(PLACE, FACTS), { archiveId: 's3://backups/a', size: 20, hash: { partSize: 16 } })
  for (const metadata of [{}, { 'part-size': '8' }, { 'part-size': 'x' }])
    t.equal(recordOfObject(PLACE, { ...FACTS, metadata })?.hash?.partSize, undefined)
  const single = { ...FACTS, hash: { sha256: 'a'.repeat(64), parts: undefined }, metadata: {} }
  t.match(recordOfObject(PLACE, single), { hash: { partSize: 20 } })
  t.equal(recordOfObject(PLACE, { ...FACTS, hash: undefined }), undefined)
  t.end()
})
