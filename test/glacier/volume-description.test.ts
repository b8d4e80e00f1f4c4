import t from 'tap'
import { laterDescription, volumeMarkOf } from '../../lib/glacier/volume-description.js'

t.test('a later description carries the volume and the first one, and what else fits', async (t) => {
  const mark = { volume: 2, firstVolume: '-a_b' }
  t.equal(laterDescription(undefined, mark), '{"Volume":2,"FirstVolume":"-a_b"}')
  t.equal(laterDescription('db.tar', mark), '{"Path":"db.tar.volume2","Volume":2,"FirstVolume":"-a_b"}')
  t.equal(
    laterDescription('{"Path":"Gr\\u00f6\\u00dfe"}', mark),
    '{"Path":"Gr\\u00f6\\u00dfe.volume2","Volume":2,"FirstVolume":"-a_b"}',
  )
  t.equal(laterDescription('x'.repeat(1024), mark), '{"Volume":2,"FirstVolume":"-a_b"}', 'nothing is cut')
  for (const text of ['db.tar', undefined, 'x'.repeat(1024)])
    t.strictSame(volumeMarkOf(laterDescription(text, mark)), mark)
  for (const text of [
    undefined,
    '',
    'db.tar',
    '{',
    '{"Volume":1,"FirstVolume":"x"}',
    '{"Volume":2}',
    '{"Volume":"2","FirstVolume":"x"}',
    '{"Volume":2.5,"FirstVolume":"x"}',
    '{"Volume":1e300,"FirstVolume":"x"}',
    '{"Volume":-2,"FirstVolume":"x"}',
    '{"Volume":2,"FirstVolume":""}',
    '{"Volume":2,"FirstVolume":"\\u001b[31m"}',
    '{"Volume":2,"FirstVolume":"../x"}',
  ]) {
    t.equal(volumeMarkOf(text), undefined)
  }
})
