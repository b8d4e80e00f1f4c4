import fc from 'fast-check'
import t from 'tap'
import { decodeDescription, encodeDescription } from '../../lib/glacier/description.js'

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

t.test('every kind of character that breaks something elsewhere comes back', async (t) => {
  const control = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code))
  for (const text of [
    ...control,
    control.join(''),
    '\u007f\u0080\u00a0\u2028\u2029\ufeff\uffff',
    'a\ud83d',
    '\ude00b',
    '\ude00\ud83d',
    '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}',
    'u\u0308 and \u00fc stay two spellings',
    '</script>',
    `"'\\\\\\"`,
    '\\u00e4',
    '\u00e4 \\ "x" ',
    '   ',
  ]) {
    const encoded = encodeDescription(text)
    t.match(encoded, /^[\x20-\x7e]*$/)
    t.notMatch(encoded, /^ | {2}| $/)
    t.equal(decodeDescription(encoded), text, encoded)
  }
})

t.test(
  'text that is itself a JSON object with a Path is sent as it is, and reads as that path',
  async (t) => {
    for (const text of [
      '{"Path":"x"}',
      '{"Path":"a/b","UTCDateModified":"20260101T000000Z"}',
      '{"a":1, "Path":"x"}',
    ]) {
      t.equal(encodeDescription(text), text)
      t.equal(decodeDescription(text), (JSON.parse(text) as { Path: string }).Path)
    }
    t.equal(
      decodeDescription(encodeDescription('{"Path":"\u00e4"}')),
      '{"Path":"\u00e4"}',
      'wrapped, it comes back whole',
    )
  },
)

t.test('any other JSON comes back as it was', async (t) => {
  const json = fc.oneof(
    fc.json(),
    fc
      .dictionary(fc.constantFrom('Path', 'path', 'Paths', 'a'), fc.oneof(fc.jsonValue(), fc.string()))
      .map((it) => JSON.stringify(it)),
  )
  const property = fc.property(
    json.filter((it) => it.length <= 150),
    (text) => {
      const { Path: path } = (JSON.parse(text) ?? {}) as { Path?: unknown }
      const sent = encodeDescription(text)
      const wanted = sent === text && typeof path === 'string' ? path : text
      if (decodeDescription(sent) !== wanted) throw new Error(`${sent} reads as ${decodeDescription(sent)}`)
    },
  )
  t.doesNotThrow(() => {
    fc.assert(property)
  })
})

t.test('too long a text is refused, never cut', async (t) => {
  t.throws(() => encodeDescription('x'.repeat(1025)), {
    name: 'RangeError',
    message: /has 1025 characters; the service stores at most 1024/,
  })
  t.throws(() => encodeDescription('ä'.repeat(200)), {
    name: 'RangeError',
    message: /has 1211 characters after it is escaped/,
  })
  const longest = `${'ä'.repeat(168)}12345`
  t.equal(encodeDescription(longest).length, 1024)
  t.equal(decodeDescription(encodeDescription(longest)), longest)
  t.throws(() => encodeDescription(`${longest}6`), {
    name: 'RangeError',
    message: /has 1025 characters after it is escaped/,
  })
  t.throws(() => encodeDescription(7 as unknown as string), {
    name: 'TypeError',
    message: /text of encodeDescription must be a string, not 7/,
  })
})

t.test("other tools' JSON, and what is not quite JSON, is left alone", async (t) => {
  for (const text of [
    '{"path":"x"}',
    '{"Path":7}',
    '{',
    '{"Path":"x"',
    '{}',
    ' {"Path":"x"}',
    '[{"Path":"x"}]',
    'null',
    '"x"',
  ])
    t.equal(decodeDescription(text), text)
  t.equal(decodeDescription('{"Path":"a/b.tar","UTCDateModified":"20260101T000000Z"}'), 'a/b.tar')
})
