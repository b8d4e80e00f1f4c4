import fc from 'fast-check'
import t from 'tap'
import { nameIn, nameOf } from '../../lib/glacier/archive-name.js'
import { encodeDescription } from '../../lib/glacier/description.js'
import { namedDescription } from '../../lib/glacier/named-description.js'

t.test('a name and a text come back as they were, in characters that the service preserves', async (t) => {
  const text = fc.oneof(
    fc.string({ maxLength: 60, unit: 'binary' }),
    fc.stringMatching(/^[ a\u00e4"\\]{0,40}$/),
  )
  const property = fc.property(text, text, (name, description) => {
    if (name === '') return
    const sent = namedDescription(name, description)
    if (encodeDescription(sent) !== sent) throw new Error(`changed: ${sent}`)
    const { Path: path, Description: more = '' } = JSON.parse(sent) as Record<string, string>
    if (path !== name || more !== description || nameOf(sent) !== name) throw new Error(sent)
  })
  t.doesNotThrow(() => {
    fc.assert(property, { numRuns: 300 })
  })
  t.equal(namedDescription('a', ''), '{"Path":"a"}')
})

t.test('a name that does not fit is refused', async (t) => {
  t.equal(namedDescription('x'.repeat(1013)).length, 1024)
  t.throws(() => namedDescription('x'.repeat(1014)), {
    name: 'RangeError',
    message: /takes 1025 .* Shorten it/,
  })
  t.throws(() => namedDescription('x', 'd'.repeat(1024)), {
    message: /The name and the description .* take /,
  })
  t.throws(() => namedDescription(''), { name: 'RangeError' })
  t.throws(() => namedDescription('x', 7 as unknown as string), { name: 'TypeError' })
})

t.test('a description of no known form has no name', async (t) => {
  for (const text of [undefined, '', 'plain', '{', '{"a":1}', '{"Path":7}', '["Path"]'])
    t.equal(nameIn(text), undefined, String(text))
  t.equal(nameOf('{"Path":7}'), '{"Path":7}')
  t.equal(nameIn('{"path":"a"}'), 'a', "AWS's tool reads both")
  t.equal(nameIn('{"Path":"b","path":"a"}'), 'b')
})
