import t from 'tap'
import { catalogFailure, reasonOf } from '../../lib/catalog/catalog-failure.js'
import { systemError } from '../simulation/disk/system-error.js'

t.test('the reason of a failure has the path of the file at fault unless that is the catalog', async (t) => {
  const reasonFor = (path: string | undefined): string | undefined =>
    reasonOf('/data/catalog', Object.assign(systemError('ENOSPC', 'write', ''), { path }))
  const reason = 'no space left on device (ENOSPC).'
  t.equal(reasonFor('/data/catalog'), reason)
  t.equal(reasonFor(undefined), reason, 'errors of open files have no path')
  t.equal(reasonFor('/data'), `/data: ${reason}`)
})

t.test('a failure that is no error of the system has its own message', async (t) => {
  for (const cause of [new Error('why'), 'why', undefined]) {
    t.equal(reasonOf('/data/catalog', cause), undefined)
    t.match(catalogFailure('/data/catalog', 'read', cause), {
      code: 'ERR_CATALOG',
      path: '/data/catalog',
      cause,
    })
  }
})
