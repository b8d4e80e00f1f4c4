import fc from 'fast-check'
import t from 'tap'
import { decodeDescription, encodeDescription } from '../../lib/vault/description.js'

t.test('plain text is kept as it is', async (t) => {
  for (const text of [
    '',
    'backup 2026-11-23',
    '~!@#$%^&*()_+{}|:"<>?',
    'x'.repeat(1024),
    '{not json',
    '{"a":1}',
  ]) {
    t.equal(encodeDescription(text), text)
    t.equal(decodeDescription(text), text)
  }
})

t.test('what would not survive travels as ASCII JSON', async (t) => {
  const cases: [string, string][] = [
    ['Größe', '{"Path":"Gr\\u00f6\\u00dfe"}'],
    ['日本', '{"Path":"\\u65e5\\u672c"}'],
    ['😀', '{"Path":"\\ud83d\\ude00"}'],
    ['a\nb\tc\0', '{"Path":"a\\nb\\tc\\u0000"}'],
    ['\u007f', '{"Path":"\\u007f"}'],
    [' lead', '{"Path":"\\u0020lead"}'],
    ['trail ', '{"Path":"trail\\u0020"}'],
    ['a  b', '{"Path":"a \\u0020b"}'],
    [' ', '{"Path":"\\u0020"}'],
    ['ä"\\', '{"Path":"\\u00e4\\"\\\\"}'],
  ]
  for (const [text, encoded] of cases) {
    t.equal(encodeDescription(text), encoded)
    t.equal(decodeDescription(encoded), text)
  }
})

t.test('any text comes back as it was, in characters the service takes', async (t) => {
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.string({ maxLength: 150, unit: 'binary' }),
    fc.stringMatching(/^[ a\u00e4"\\]{0,40}$/),
  )
  const property = fc.property(
    text.filter((it) => !it.startsWith('{"Path":')), // it reads as what we would have written ourselves
    (it) => {
      const encoded = encodeDescription(it)
      if (!/^[\x20-\x7e]{0,1024}$/.test(encoded)) throw new Error(`sent as ${encoded}`)
      if (/^ | $| {2}/.test(encoded)) throw new Error(`spaces that do not survive: ${encoded}`)
      if (decodeDescription(encoded) !== it) throw new Error(`back as ${decodeDescription(encoded)}`)
    },
  )
  t.doesNotThrow(() => {
    fc.assert(property, { numRuns: 2000 })
  })
})

t.test('half a surrogate pair survives', async (t) => {
  t.equal(decodeDescription(encodeDescription('a\ud83d')), 'a\ud83d')
})

t.test('too long a text is refused, never cut', async (t) => {
  t.throws(() => encodeDescription('x'.repeat(1025)), {
    name: 'RangeError',
    message: /takes 1025 characters, and the service stores 1024/,
  })
  t.throws(() => encodeDescription('ä'.repeat(200)), {
    name: 'RangeError',
    message: /takes 1211 characters once escaped/,
  })
  t.throws(() => encodeDescription(7 as unknown as string), { name: 'TypeError', message: /not number/ })
})

t.test("other tools' JSON, and what is not quite JSON, is left alone", async (t) => {
  for (const text of ['{"path":"x"}', '{"Path":7}', '{', '{"Path":"x"', '{}'])
    t.equal(decodeDescription(text), text)
  t.equal(decodeDescription('{"Path":"a/b.tar","UTCDateModified":"20260101T000000Z"}'), 'a/b.tar')
})
