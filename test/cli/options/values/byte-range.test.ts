import t from 'tap'
import { parseRange } from '../../../../lib/cli/options/values/byte-range.js'
import { parseCount, parseLimit } from '../../../../lib/cli/options/values/numbers.js'
import { MIB } from '../../../../lib/sizes.js'
import { runHere, stage } from '../../../helpers/command.js'
import { patternBytes } from '../../../helpers/pattern-source.js'

const GIB = 1024 * MIB

t.test('a range is from the first offset to the last one, as in curl', (t) => {
  t.strictSame(parseRange('0-9'), { start: 0, end: 10 })
  t.strictSame(parseRange('5-5'), { start: 5, end: 6 })
  t.strictSame(parseRange('500-'), { start: 500 })
  t.strictSame(parseRange('1MiB-1048576'), { start: MIB, end: MIB + 1 })
  t.end()
})

t.test('an end with a unit is a boundary', (t) => {
  t.strictSame(parseRange('10GiB-11GiB'), { start: 10 * GIB, end: 11 * GIB })
  t.strictSame(parseRange('0-10B'), { start: 0, end: 10 })
  t.strictSame(parseRange('1.5GiB-'), { start: 1.5 * GIB })
  t.end()
})

t.test('a range is an offset and a length', (t) => {
  t.strictSame(parseRange('10GiB+1GiB'), { start: 10 * GIB, end: 11 * GIB })
  t.strictSame(parseRange('5+1'), { start: 5, end: 6 })
  t.end()
})

t.test('other ranges are refused, with the reason', (t) => {
  const cases: [string, RegExp][] = [
    ['', /Write a range as 0-9/],
    ['5', /Write a range as 0-9/],
    ['-5', /Write a range as 0-9/],
    ['1-2-3', /Write a range as 0-9/],
    ['a-b', /Write a size/],
    ['5+', /Write a size/],
    ['5+0', /length of the range must be greater than 0/],
    ['5-4', /last offset of the range must not be below its first/],
    ['1GiB-1GiB', /end of the range must be greater than its start/],
    ['9007199254740991+1', /must end below 8PiB/],
  ]
  for (const [text, message] of cases)
    t.throws(() => parseRange(text), { code: 'commander.invalidArgument', message }, text)
  t.end()
})

t.test('get retrieves exactly the bytes of a range', async (t) => {
  const dir = t.testdir()
  const bytes = patternBytes(2 * MIB + 7)
  const put = stage(bytes)
  t.equal(await runHere(['put', 'docs', '--local-dir', dir, '-q'], put), 0)
  for (const [range, start, end] of [
    ['0-9', 0, 10],
    ['1MiB+3', MIB, MIB + 3],
    ['2097150-', 2 * MIB - 2, 2 * MIB + 7],
  ] as const) {
    const get = stage()
    const args = ['get', 'docs', '--local-dir', dir, '-q', '--range', range, '--', put.out().trim()]
    t.equal(await runHere(args, get), 0)
    t.ok(get.outBytes().equals(bytes.subarray(start, end)), range)
  }
})

t.test('a number out of range states the range', (t) => {
  t.throws(() => parseCount('0'), { message: /from 1 to 999,999,999/ })
  t.throws(() => parseLimit('9999999999'), { message: /from 0 to 999,999,999/ })
  t.end()
})
