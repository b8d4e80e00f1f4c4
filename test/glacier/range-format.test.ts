import fc from 'fast-check'
import t from 'tap'
import { toInclusive } from '../../lib/byte-range.js'
import { parseInclusive, toContentRange, toRangeHeader } from '../../lib/glacier/range-format.js'
import { MIB } from '../../lib/sizes.js'

t.test('ranges are half-open here and inclusive on the wire, there and back', async (t) => {
  const property = fc.property(
    fc.integer({ min: 0, max: 2 ** 45 }),
    fc.integer({ min: 1, max: 2 ** 32 }),
    (start, length) => {
      const range = { start, end: start + length }
      for (const text of [toInclusive(range), toContentRange(range), toRangeHeader(range)]) {
        const back = parseInclusive(text)
        if (back?.start !== range.start || back.end !== range.end) throw new Error(text)
      }
    },
  )
  t.doesNotThrow(() => {
    fc.assert(property)
  })
  const first = { start: 0, end: MIB }
  t.equal(toContentRange(first), 'bytes 0-1048575/*')
  t.equal(toRangeHeader(first), 'bytes=0-1048575')
  t.equal(toInclusive(first), '0-1048575')
})

t.test('what is no range is not read as one', async (t) => {
  for (const text of [
    '',
    '-',
    '1',
    '1-',
    '-1',
    '2-1',
    'a-b',
    'bytes',
    'bytes:0-1',
    '0-1/x',
    'bytes 0-9/10',
    ' 0-1',
    '0-1 ',
    '0-9007199254740991',
    '0x0-1',
    '0-1\n',
    '+0-1',
    '0--1',
    '0-1-2',
    '0.5-1',
    '1e3-2e3',
    '0-1,3-4',
    '0-1/',
    '0-1/*/*',
    'bytes=bytes=0-1',
    'BYTES=0-1',
    '\u0660-\u0661',
    '9007199254740992-9007199254740993',
  ]) {
    t.equal(parseInclusive(text), undefined, text)
  }
  t.strictSame(parseInclusive('5-5'), { start: 5, end: 6 })
  t.strictSame(
    parseInclusive('0-9007199254740990'),
    { start: 0, end: Number.MAX_SAFE_INTEGER },
    'the last exact one',
  )
})
