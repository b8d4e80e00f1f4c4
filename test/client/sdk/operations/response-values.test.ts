import t from 'tap'
import {
  optionalSize,
  optionalText,
  requiredField,
  requiredId,
  requiredText,
  rowsOf,
} from '../../../../lib/client/sdk/operations/response-values.js'
import { clientOfService, json } from '../../../helpers/bare-service.js'

const incomplete = { code: 'ERR_SERVICE', serviceCode: 'IncompleteResponse' }

t.test('values of the types that responses have are returned as they are', (t) => {
  t.equal(requiredText('X', 'f', ''), '')
  t.equal(optionalText('X', 'f', 'A'.repeat(4096)), 'A'.repeat(4096))
  t.equal(optionalText('X', 'f', null), undefined)
  t.equal(optionalText('X', 'f', undefined), undefined)
  t.equal(requiredId('X', 'f', '-_x/'), '-_x/')
  t.equal(optionalSize('X', 'f', 0), 0)
  t.equal(optionalSize('X', 'f', null), undefined)
  t.equal(optionalSize('X', 'f', undefined), undefined)
  t.strictSame(rowsOf('X', 'f', null), [])
  t.strictSame(rowsOf('X', 'f', [{ a: 1 }]), [{ a: 1 }])
  t.end()
})

t.test('values of other types, or out of range, are errors of the service', (t) => {
  for (const value of [1, true, {}, [], 'A'.repeat(4097)])
    t.throws(() => optionalText('X', 'f', value), incomplete)
  for (const value of [undefined, null]) t.throws(() => requiredText('X', 'f', value), incomplete)
  t.throws(() => {
    requiredField('X', 'f', undefined)
  }, incomplete)
  for (const value of ['', '.', '..', 'a b', 'a\n', '\u001b', 'ö', 5])
    t.throws(() => requiredId('X', 'f', value), incomplete)
  for (const value of [-1, 1.5, NaN, Infinity, 2 ** 53, '5', {}, true])
    t.throws(() => optionalSize('X', 'f', value), incomplete)
  for (const value of [{}, 'x', 5, [null], [1], [undefined]])
    t.throws(() => rowsOf('X', 'f', value as readonly object[]), incomplete)
  t.end()
})

t.test('an ID that changes the path of a request is refused', async (t) => {
  const { port, seen } = await clientOfService(t, json(200, {}))
  for (const archiveId of ['.', '..', ''])
    await t.rejects(port.deleteArchive({ vaultName: 'docs', archiveId }), { name: 'RangeError' })
  for (const id of ['.', '..']) {
    await t.rejects(port.abortUpload({ vaultName: 'docs', uploadId: id }), { name: 'RangeError' })
    await t.rejects(port.describeJob({ vaultName: 'docs', jobId: id }), { name: 'RangeError' })
  }
  t.equal(seen.length, 0)
})
