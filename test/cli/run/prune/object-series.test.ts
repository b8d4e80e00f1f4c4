import fc from 'fast-check'
import t from 'tap'
import { seriesOf, seriesText } from '../../../../lib/cli/run/prune/object-series.js'

t.test('keys that differ only in a full date, and in the time after it, are of one series', (t) => {
  for (const [key, text] of [
    ['db/2026-11-30.dump', 'db/*.dump'],
    ['2026/11/30/db.dump', '*/db.dump'],
    ['db_20261130.dump', 'db_*.dump'],
    ['db.2026_11_30', 'db.*'],
    ['db 2026.11.30.tar', 'db *.tar'],
    ['db-2026-11-30T05:45:00Z.dump', 'db-*.dump'],
    ['db-20261130T054500Z', 'db-*'],
    ['db-20261130T0545', 'db-*'],
    ['db-20261130054500.dump', 'db-*.dump'],
    ['db-2026-11-30 05:45', 'db-*'],
    ['db-2026-11-30_05:45:00.dump', 'db-*.dump'],
    ['2026/11/30/db-20261130.dump', '*/db-*.dump'],
    ['db.dump.2026-11-30.volume2', 'db.dump.*.volume2'],
  ] as const)
    t.equal(seriesText(seriesOf(key)), text, key)
  t.end()
})

t.test('what may be a counter or a name is no date', (t) => {
  for (const key of [
    ...['db.dump', 'photos1.tar', '2026/db.dump', 'db-2026-11.dump', '2026-W48', 'db-1796018700.dump'],
    ...['2026-13-01', '2026-11-00', '2026-11-32', '1826-11-30', '2026-11/30', '120261130', '202611301'],
    ...['2026113005450', '202611302445000', '20261130254500', '*'],
  ])
    t.equal(seriesOf(key), key)
  // Pieces of one backup keep their numbers, and are series of their own.
  for (const [a, b] of [
    ['db-2026-11-30-0001.tar', 'db-2026-11-30-0002.tar'],
    ['db-2026-11-30.000001', 'db-2026-11-30.000002'],
    ['db-2026-11-30_000001', 'db-2026-11-30_000002'],
    ['db-20261130-01', 'db-20261130-02'],
    ['db-2026-11-30-01-02', 'db-2026-11-30-01-03'],
    ['db-2026-11-30T01-part1', 'db-2026-11-30T01-part2'],
    ['db-2026-11-30T01', 'db-2026-11-30T02'],
    ['db-2026-11-30T10.00', 'db-2026-11-30T10.01'],
    ['db-2026-11-30T1015.00', 'db-2026-11-30T1015.01'],
    ['db-20261130T101500.000', 'db-20261130T101500.001'],
    ['db-20261130T101500-0001.tar', 'db-20261130T101500-0002.tar'],
    ['db-20261130101500-0001.tar', 'db-20261130101500-0002.tar'],
    ['db-2026-11-30_10-15-00', 'db-2026-11-30_10-15-01'],
    ['db-2026-11-30_10-15-00.01', 'db-2026-11-30_10-15-00.02'],
    ['db-2026-11-30-01-02-03', 'db-2026-11-30-01-02-04'],
    ['db-2026-11-30+1', 'db-2026-11-30+2'],
    ['db-2026-11-30a', 'db-2026-11-30b'],
    ['abc20201010def', 'abc20201011def'],
  ] as const)
    t.not(seriesOf(a), seriesOf(b), a)
  t.not(seriesOf('db-2026-11-30'), seriesOf('db-*'))
  t.end()
})

t.test('property: keys of one series are the same without their digits and separators of dates', (t) => {
  const date = fc
    .date({ min: new Date('1970-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((at) => at.toISOString().slice(0, 10))
  const text = fc.string({ unit: fc.constantFrom(...Array.from('ab-_./0123456789T:')), maxLength: 12 })
  fc.assert(
    fc.property(text, text, date, date, (before, after, one, other) => {
      const [a, b] = [`${before}/${one}/${after}`, `${before}/${other}/${after}`]
      t.equal(seriesOf(a), seriesOf(b))
      t.ok(seriesOf(a).length < a.length)
    }),
  )
  fc.assert(
    fc.property(text, text, (a, b) => {
      if (seriesOf(a) === seriesOf(b)) t.equal(lettersOf(a), lettersOf(b))
    }),
  )
  t.end()
})

function lettersOf(key: string): string {
  return key.replace(/[^ab]/g, '')
}
