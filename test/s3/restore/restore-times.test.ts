import t from 'tap'
import { restoreTimesOf } from '../../../lib/s3/restore/restore-times.js'
import { STORAGE_CLASSES } from '../../../lib/s3/storage-classes.js'

t.test('an archived object has the tiers and times of its class, or of its archive tier', (t) => {
  const { GLACIER, DEEP_ARCHIVE } = STORAGE_CLASSES
  for (const [storageClass, archiveStatus, times] of [
    ['GLACIER', undefined, GLACIER.restoreTimes],
    ['DEEP_ARCHIVE', undefined, DEEP_ARCHIVE.restoreTimes],
    ['GLACIER_IR', undefined, undefined],
    ['A_CLASS_OF_LATER', undefined, undefined],
    ['INTELLIGENT_TIERING', undefined, undefined],
    ['INTELLIGENT_TIERING', 'ARCHIVE_ACCESS', GLACIER.restoreTimes],
    ['INTELLIGENT_TIERING', 'DEEP_ARCHIVE_ACCESS', DEEP_ARCHIVE.restoreTimes],
    ['INTELLIGENT_TIERING', 'AN_ACCESS_OF_LATER', undefined],
  ] as const)
    t.equal(restoreTimesOf({ storageClass, archiveStatus }), times, `${storageClass} ${archiveStatus}`)
  t.end()
})
