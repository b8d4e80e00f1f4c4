import t from 'tap'
import { shortIdsOf } from '../../../lib/catalog/queries/short-ids.js'

t.test('short IDs do not depend on the order of the IDs', async (t) => {
  const ids = ['aaaaaaaab1', 'aaaaaaaac1', 'aaaaaaaab2', 'bbbbbbbbbb']
  const expected = {
    aaaaaaaab1: 'aaaaaaaab1',
    aaaaaaaab2: 'aaaaaaaab2',
    aaaaaaaac1: 'aaaaaaaac',
    bbbbbbbbbb: 'bbbbbbbb',
  }
  t.same(Object.fromEntries(shortIdsOf(ids)), expected)
  t.same(Object.fromEntries(shortIdsOf(ids.toReversed())), expected)
})
