import t from 'tap'
import { storageClassText } from '../../../lib/cli/output/storage-class-text.js'

t.test('a storage class is stated with what it costs besides its rate, and how it is read', async (t) => {
  t.equal(storageClassText('STANDARD'), 'STANDARD: charged for the time it is stored; can be read at once')
  t.equal(
    storageClassText('GLACIER_IR'),
    'GLACIER_IR: charged for at least 90 days and as at least 128.0 KiB; can be read at once',
  )
  t.equal(
    storageClassText('GLACIER'),
    'GLACIER: charged for at least 90 days and for 40.0 KiB more for each object; must be restored before it is read, in up to 5 minutes with Expedited, 5 hours with Standard, 12 hours with Bulk',
  )
})
