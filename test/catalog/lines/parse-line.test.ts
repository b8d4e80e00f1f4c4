import t from 'tap'
import { hasOneRecord, recordsIn, textIn } from '../../../lib/catalog/lines/parse-line.js'

t.test('a record may have objects with a type of their own, in fields of a later version', async (t) => {
  const record = { type: 'ended', time: 't', uploadId: 'u', source: { type: 'pipe' } }
  t.strictSame(recordsIn(JSON.stringify(record)), [record])
})

t.test('the text of a field is found without parsing', async (t) => {
  const line = '{"type":"archive","archiveId":"a\\n","size":5}'
  t.equal(textIn(line, '"archiveId":"'), 'a\\n')
  t.equal(textIn(line, '"firstVolume":"'), undefined, 'the line does not have the field')
  t.equal(textIn('{"archiveId":"a"}', '"archiveId":"'), 'a', 'it is the first field')
  t.equal(textIn('{"type":"archive","archiveId":"a', '"archiveId":"'), undefined, 'the line is cut off in it')
})

t.test('sizes of 0 are read', async (t) => {
  const record = { type: 'archive', archiveId: 'a', size: 0 }
  t.strictSame(recordsIn(JSON.stringify(record)), [record])
})

t.test('a line has one record if no other one begins in it', async (t) => {
  const line = '{"type":"ended","uploadId":"u"}'
  t.ok(hasOneRecord(line))
  t.ok(hasOneRecord('{"type":"'), 'it may be cut off')
  for (const other of ['', 'x', `x${line}`, line + line, '{"type":"{"type":"'])
    t.notOk(hasOneRecord(other), other)
})

t.test('a record whose hash has no value is skipped, as a torn one is', async (t) => {
  const recordWith = (hash: unknown): string => JSON.stringify({ type: 'archive', archiveId: 'a', hash })
  t.equal(recordsIn(recordWith({ algorithm: 'later', value: 'x' })).length, 1, 'its algorithm may be unknown')
  for (const hash of [null, 'x', 7, {}, { value: 7 }, { algorithm: 'sha256' }])
    t.strictSame(recordsIn(recordWith(hash)), [], JSON.stringify(hash))
})
