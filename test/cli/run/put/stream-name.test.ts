import t from 'tap'
import { streamDescription } from '../../../../lib/cli/run/put/stream-name.js'

t.test('a description that would make the archive a volume of a set needs a name', (t) => {
  const description = '{"Volume":2,"FirstVolume":"a"}'
  t.throws(() => streamDescription(undefined, { description }), /later volume of a set.* Give a --name too/)
  t.equal(
    streamDescription(undefined, { description, name: 'db' }),
    '{"Path":"db","Description":"{\\"Volume\\":2,\\"FirstVolume\\":\\"a\\"}"}',
  )
  t.equal(streamDescription(undefined, { description: '{"Volume":2}' }), '{"Volume":2}')
  t.equal(streamDescription(undefined, {}), undefined)
  t.end()
})
