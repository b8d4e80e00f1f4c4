import t from 'tap'
import { GET_OBJECTS } from '../../../../../lib/cli/output/progress/operation.js'
import { restoreWords } from '../../../../../lib/cli/run/get/source/restore-words.js'
import type { FoundObject } from '../../../../../lib/cli/run/objects/find-objects.js'
import { STORAGE_CLASSES } from '../../../../../lib/s3/storage-classes.js'

function object(key: string, archiveStatus: string): FoundObject {
  const facts = {
    ...{ size: 1, etag: undefined, versionId: undefined, lastModified: undefined, hash: undefined },
    ...{ storageClass: 'INTELLIGENT_TIERING', metadata: {}, restore: undefined, archiveStatus },
  }
  return { address: { bucket: 'b-1', key }, archiveId: `s3://b-1/${key}`, facts, hash: undefined }
}

t.test('a restore whose time is not known is mentioned without it', (t) => {
  const objects = [object('known', 'ARCHIVE_ACCESS'), object('later', 'AN_ACCESS_OF_LATER')]
  const words = restoreWords({ objects, tier: 'Bulk', days: 2 })
  const [known, later] = ['s3://b-1/known', 's3://b-1/later']
  t.equal(
    words.used(known, false),
    `Started the restore of ${known}, Bulk: 5-12 hours. The copy is kept for 2 days. Waiting for it.`,
  )
  t.match(words.used(later, false), `Started the restore of ${later}, Bulk. The copy is kept for 2 days.`)
  const job = { status: 'InProgress', creationDate: '', completionDate: undefined } as const
  t.equal(
    words.times.usualTime({ ...job, archiveId: known, tier: 'Bulk' }),
    STORAGE_CLASSES.GLACIER.restoreTimes?.Bulk,
  )
  t.equal(words.times.usualTime({ ...job, archiveId: known, tier: undefined }), undefined)
  t.equal(words.times.usualTime({ ...job, archiveId: 'other', tier: 'Bulk' }), undefined)
  t.equal(words.kept, 'The restore is kept')
  t.equal(restoreWords({ objects: objects.slice(1), tier: 'Bulk', days: 2 }).kept, undefined)
  t.equal(GET_OBJECTS.readyText({ jobId: known }), `The object ${known} is restored.`)
  t.equal(
    GET_OBJECTS.readyText({ jobId: `${known} (restore 2)`, archiveId: known }),
    `The object ${known} is restored.`,
  )
  t.end()
})
