import t from 'tap'
import { S3_LIMITS } from '../../lib/s3/s3-limits.js'
import {
  DEFAULT_STORAGE_CLASS,
  needsRestore,
  restoreTiersOf,
  STORAGE_CLASS,
  STORAGE_CLASSES,
  type StorageClass,
} from '../../lib/s3/storage-classes.js'
import { GIB, MIB } from '../../lib/sizes.js'

const HOUR_MS = 3_600_000

t.test('an object has at most 10,000 parts of 4 GiB, and parts are larger than the service requires', (t) => {
  t.strictSame(S3_LIMITS, {
    ...{ leafSize: MIB, minPartSize: 8 * MIB, maxPartSize: 4 * GIB, maxParts: 10_000 },
    defaultMaxArchiveSize: 40_000 * GIB,
  })
  t.ok(S3_LIMITS.minPartSize >= 5 * MIB && S3_LIMITS.maxPartSize <= 5 * GIB)
  t.end()
})

t.test('only archived classes are restored, with the tiers that they have', (t) => {
  for (const name of Object.keys(STORAGE_CLASSES) as StorageClass[])
    t.equal(needsRestore(name), restoreTiersOf(name).length > 0, name)
  t.notOk(needsRestore('A_CLASS_OF_LATER'))
  t.strictSame(restoreTiersOf('GLACIER'), ['Expedited', 'Standard', 'Bulk'])
  t.strictSame(restoreTiersOf('DEEP_ARCHIVE'), ['Standard', 'Bulk'])
  t.strictSame(restoreTiersOf('GLACIER_IR'), [])
  const { GLACIER, DEEP_ARCHIVE } = STORAGE_CLASSES
  t.strictSame(GLACIER.restoreTimes?.Standard, { minMs: 3 * HOUR_MS, maxMs: 5 * HOUR_MS })
  t.strictSame(DEEP_ARCHIVE.restoreTimes?.Bulk, { minMs: 0, maxMs: 48 * HOUR_MS })
  for (const { restoreTimes = {} } of Object.values(STORAGE_CLASSES))
    for (const { minMs, maxMs } of Object.values(restoreTimes)) t.ok(minMs < maxMs)
  t.end()
})

t.test('the class of an option is one of these', (t) => {
  STORAGE_CLASS(DEFAULT_STORAGE_CLASS, 'storageClass', 'f')
  t.throws(() => {
    STORAGE_CLASS('Glacier', 'storageClass', 'f')
  }, RangeError)
  t.throws(() => {
    STORAGE_CLASS('EXPRESS_ONEZONE', 'storageClass', 'f')
  }, RangeError)
  t.throws(() => {
    STORAGE_CLASS(7, 'storageClass', 'f')
  }, TypeError)
  t.end()
})
