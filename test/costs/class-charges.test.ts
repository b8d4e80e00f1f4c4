import t from 'tap'
import { CLASS_CHARGES, isChargedClass } from '../../lib/costs/class-charges.js'
import { STORAGE_CLASSES as LOCAL_CLASSES } from '../../lib/local/bucket/service/storage-classes.js'
import { needsRestore, STORAGE_CLASSES } from '../../lib/s3/storage-classes.js'

t.test('the charges of the classes, as the service documents them', async (t) => {
  const rows = Object.entries(CLASS_CHARGES).map(([name, charges]) => {
    const { minDays, minBilledBytes, overheadBytes, standardOverheadBytes, arePartsStandard } = charges
    return [name, minDays, minBilledBytes, overheadBytes, standardOverheadBytes, arePartsStandard]
  })
  t.strictSame(rows, [
    ['STANDARD', 0, 0, 0, 0, false],
    ['REDUCED_REDUNDANCY', 0, 0, 0, 0, false],
    ['STANDARD_IA', 30, 131_072, 0, 0, false],
    ['ONEZONE_IA', 30, 131_072, 0, 0, false],
    ['INTELLIGENT_TIERING', 0, 0, 0, 0, false],
    ['GLACIER_IR', 90, 131_072, 0, 0, false],
    ['GLACIER', 90, 0, 32_768, 8192, true],
    ['DEEP_ARCHIVE', 180, 0, 32_768, 8192, true],
  ])
})

t.test('the charges of every class are known that is stored here or in the local bucket', async (t) => {
  for (const name of Object.keys(STORAGE_CLASSES)) t.ok(isChargedClass(name), name)
  t.strictSame(Object.keys(CLASS_CHARGES), LOCAL_CLASSES)
  for (const [name, { arePartsStandard }] of Object.entries(CLASS_CHARGES))
    t.equal(arePartsStandard, needsRestore(name), name)
  for (const name of ['A_CLASS_OF_LATER', 'toString', '']) t.notOk(isChargedClass(name), name)
})
