import t from 'tap'
import type { ArchiveRecord } from '../../../../lib/catalog/record.js'
import { EmptiedBucket } from '../../../../lib/cli/run/rm/emptied-bucket.js'
import { storedObjects } from '../../../../lib/cli/run/rm/stored-objects.js'
import { AccessDeniedError, ConnectionError, NotFoundError } from '../../../../lib/errors.js'
import type { ObjectFacts } from '../../../../lib/s3/bucket-responses.js'
import type { RepeatableOperations } from '../../../../lib/s3/retry/retrying-bucket.js'

const FACTS: ObjectFacts = {
  ...{
    size: 5,
    etag: '"e"',
    versionId: undefined,
    storageClass: 'GLACIER',
    lastModified: '2026-01-01T00:00:00Z',
  },
  ...{ hash: undefined, metadata: {}, restore: undefined, archiveStatus: undefined },
}

function stored(
  headObject: RepeatableOperations['headObject'],
  keys: readonly string[] = [],
  record?: ArchiveRecord,
): ReturnType<typeof storedObjects> {
  const client: Partial<RepeatableOperations> = {
    headObject,
    listObjects: () => {
      const items = keys.map((key) => ({
        key,
        size: 5,
        etag: undefined,
        storageClass: 'GLACIER',
        lastModified: undefined,
      }))
      return Promise.resolve({ items, marker: undefined })
    },
  }
  const address = { vaultName: 's3://backups', region: 'eu-west-1' }
  const operations = client as RepeatableOperations
  const context = { client: operations, single: operations, request: { bucket: 'backups' }, address }
  return storedObjects([{ archiveId: 's3://backups/a', record }], new EmptiedBucket(context), true)
}

t.test('in a bucket with versions, the deletion only hides an object, and a note says so', async (t) => {
  const plain = await stored(() => Promise.resolve(FACTS))
  t.strictSame(plain.notes, [])
  const versioned = await stored(() => Promise.resolve({ ...FACTS, versionId: 'v1' }))
  t.match(versioned.notes, [/version/])
  t.match(versioned.removals, [{ archiveId: 's3://backups/a' }])
})

t.test(
  'an object that may not be looked at is deleted all the same; another failure is an error',
  async (t) => {
    const details = { operation: 'HeadObject', serviceCode: 'Forbidden', status: 403 }
    const denied = await stored(() => Promise.reject(new AccessDeniedError('denied', details)))
    t.match(denied, { removals: [{ archiveId: 's3://backups/a' }], notes: { length: 0 } })
    t.strictSame(denied.unseen, ['s3://backups/a'])
    const broken = new ConnectionError('reset', { operation: 'HeadObject', serviceCode: 'ECONNRESET' })
    await t.rejects(
      stored(() => Promise.reject(broken)),
      broken,
    )
  },
)

t.test(
  'the volumes of a stream are deleted before its first one, without what is gone or of another',
  async (t) => {
    const keys = ['a.volume2', 'a.volume3', 'a.volume4', 'a.volume5', 'a.volumes']
    const found = await stored(({ key }) => {
      if (key === 'a.volume4')
        return Promise.reject(new NotFoundError('gone', { operation: 'HeadObject', serviceCode: 'NotFound' }))
      const [, volume = ''] = /volume([235])$/.exec(key) ?? []
      return Promise.resolve({ ...FACTS, metadata: volume === '5' ? {} : { volume } })
    }, keys)
    t.strictSame(
      found.removals.map(({ archiveId }) => archiveId),
      ['s3://backups/a.volume3', 's3://backups/a.volume2', 's3://backups/a'],
    )
  },
)

const record: ArchiveRecord = {
  ...{ type: 'archive', time: '2026-01-01T00:00:00Z', region: 'eu-west-1', vaultName: 's3://backups' },
  ...{ archiveId: 's3://backups/a', size: 5, volume: 1 },
}

t.test('an object without a SHA-256 is another one if it was stored after the record', async (t) => {
  for (const [lastModified, isSame] of [
    ['2025-12-31T00:00:00Z', true], // a multipart upload has the time of its begin
    ['2026-01-01T00:15:00Z', true], // clocks differ
    [undefined, true],
    ['2026-01-01T00:15:01Z', false],
  ] as const) {
    const ended = stored(() => Promise.resolve({ ...FACTS, lastModified }), [], record)
    if (isSame) t.equal((await ended).removals.length, 1)
    else await t.rejects(ended, { message: /as in "aws s3 rm s3:\/\/backups\/a": without a SHA-256/ })
  }
  const hash = { sha256: 'a'.repeat(64), parts: undefined }
  const later = { ...FACTS, lastModified: '2026-06-01T00:00:00Z', hash }
  const sameHash = { ...record, sha256: 'a'.repeat(64) }
  t.equal((await stored(() => Promise.resolve(later), [], sameHash)).removals.length, 1, 'the same bytes')
})

t.test('another version of an object is another object, whatever its content is', async (t) => {
  for (const [recorded, found, isSame] of [
    ['v1', 'v1', true],
    ['v1', 'v2', false],
    [undefined, 'v2', true],
    ['v1', undefined, true],
  ] as const) {
    const ended = stored(() => Promise.resolve({ ...FACTS, versionId: found }), [], {
      ...record,
      versionId: recorded,
    })
    if (isSame) t.equal((await ended).removals.length, 1)
    else await t.rejects(ended, { archiveId: 's3://backups/a', message: /it was replaced since/ })
  }
})
