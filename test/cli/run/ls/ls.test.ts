import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { formatAge, formatTime } from '../../../../lib/cli/output/format.js'
import { tableLines, type Column } from '../../../../lib/cli/output/table/table.js'
import { cutEnd, cutMiddle, textWidth } from '../../../../lib/cli/output/table/text-width.js'
import { runHere, stage } from '../../../helpers/command.js'

const DAY_MS = 86_400_000
const NOW_MS = new Date(2026, 10, 29, 12).getTime()
const daysAgo = (days: number): string => new Date(NOW_MS - days * DAY_MS).toISOString()

const common = {
  type: 'archive',
  region: 'eu-west-1',
  vaultName: 'docs',
  treeHash: 'h',
  volume: 1,
  partSize: 1,
}
const idOf = (letter: string): string => letter.repeat(138)

interface Listed {
  readonly code: number
  readonly lines: readonly string[]
  readonly err: string
}

/** Runs `ls` on a catalog of some records; on a terminal if it has a width. */
async function ls(
  test: Test,
  records: readonly object[],
  args: readonly string[] = [],
  width?: number,
): Promise<Listed> {
  const file = join(test.testdir(), 'catalog.jsonl')
  await writeFile(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  const it = stage(Buffer.alloc(0), width === undefined ? [] : ['stdout'], {})
  const stdout = Object.assign(it.io.stdout, { columns: width === 0 ? undefined : width })
  const io = { ...it.io, stdout, wallClock: { now: () => NOW_MS } }
  const code = await runHere(['ls', '--catalog', file, ...args], { ...it, io })
  return { code, lines: it.out().split('\n').slice(0, -1), err: it.err() }
}

const records = [
  { ...common, archiveId: idOf('b'), size: 2048, time: daysAgo(3), name: 'db.dump' },
  {
    ...common,
    archiveId: idOf('a'),
    size: 5,
    time: daysAgo(100),
    description: '{"Path":"日本語のファイル名"}',
  },
  { ...common, archiveId: idOf('c'), size: 1024, time: daysAgo(2), name: 'set', more: true },
  {
    ...common,
    archiveId: idOf('d'),
    size: 1024,
    time: daysAgo(1),
    name: 'set',
    volume: 2,
    firstVolume: idOf('c'),
  },
]

t.test('ls is sorted by time; a set is one line', async (t) => {
  const { lines } = await ls(t, records, ['docs'])
  t.strictSame(lines, [
    `日本語のファイル名       5 B  ${formatTime(daysAgo(100))}  3 months  free             aaaaaaaa`,
    `db.dump             2.00 KiB  ${formatTime(daysAgo(3))}  3 days    free in 87 days  bbbbbbbb`,
    `set                 2.00 KiB  ${formatTime(daysAgo(1))}  24 hours  free in 89 days  cccccccc  2 volumes`,
  ])
  const full = await ls(t, records, ['--full', '--since', '4d', '--before', '36h'])
  t.strictSame(full.lines, [`db.dump  2.00 KiB  ${daysAgo(3)}  3 days  free in 87 days  ${idOf('b')}  docs`])
})

t.test('region and endpoint are shown where they differ, the vault without VAULT', async (t) => {
  const elsewhere = [
    { ...records[0], archiveId: idOf('e'), region: 'us-east-1', name: 'e' },
    { ...records[0], archiveId: idOf('f'), endpoint: 'http://127.0.0.1:1', name: 'f', vaultName: 'photos' },
  ]
  const { lines } = await ls(t, [...records.slice(0, 1), ...elsewhere])
  t.match(lines, [
    / docs {4}eu-west-1 {2}-$/,
    / docs {4}us-east-1 {2}-$/,
    / photos {2}eu-west-1 {2}http:\/\/127\.0\.0\.1:1$/,
  ])
  t.match((await ls(t, [...records.slice(0, 1), ...elsewhere], ['photos'])).lines, [
    /free in 87 days {2}ffffffff$/,
  ])
})

t.test('JSON has the ID and the name of each entry', async (t) => {
  const { lines } = await ls(t, records, ['--json'])
  t.match(
    lines.map((line) => JSON.parse(line) as object),
    [
      { id: idOf('a'), archiveId: idOf('a'), name: '日本語のファイル名' },
      { id: idOf('b'), name: 'db.dump' },
      {
        id: idOf('c'),
        setId: idOf('c'),
        archiveId: idOf('c'),
        size: 2048,
        time: daysAgo(1),
        state: 'complete',
      },
    ],
  )
  const { lines: named } = await ls(t, [{ ...common, archiveId: 'x', size: 1, time: daysAgo(1) }], ['--json'])
  t.notMatch(named[0], /"name"/)
})

t.test('an empty list says which catalog it is of', async (t) => {
  t.match(await ls(t, []), {
    code: 0,
    lines: { length: 0 },
    err: /^glacier-pipe: The catalog .*catalog\.jsonl has no archives\. "glacier-pipe catalog rebuild VAULT" adds those that exist\.\n$/,
  })
  t.match(
    (await ls(t, records, ['photos'])).err,
    /None of the 3 entries of the catalog .*jsonl is an archive in photos that matches/,
  )
  t.match((await ls(t, records, ['--name', 'x'])).err, /is an archive that matches\./)
  t.equal((await ls(t, records, ['--name', 'x', '-q'])).err, '')
  const dir = t.testdir()
  await mkdir(join(dir, 'no-vault', 'folder'), { recursive: true })
  const it = stage()
  t.equal(await runHere(['ls', '--local-dir', join(dir, 'no-vault')], it), 2)
  t.match(it.err(), /There is no local vault in .*no-vault, the folder of --local-dir, but other files/)
})

t.test('on a terminal, no line is wider than the terminal', async (t) => {
  const wrong = {
    ...common,
    type: 'mismatched',
    archiveId: idOf('w'),
    size: 1,
    time: daysAgo(0),
    sentTreeHash: 's',
  }
  const long = { ...records[0], archiveId: idOf('l'), name: `${'very-'.repeat(30)}long\u001b[2J` }
  for (const width of [0, 1, 20, 40, 60, 80, 120, 200, 400]) {
    const { lines } = await ls(t, [...records, wrong, long], [], width)
    t.equal(lines.length, 6)
    for (const line of lines) t.ok(textWidth(line) <= (width || 80), `${width}: ${line}`)
    t.notMatch(lines.join(''), '\u001b', 'control characters are escaped')
    if (width >= 40) t.match(lines[0], /^NAME .* ID {8}/)
  }
  const narrow = await ls(t, records, [], 40)
  t.match(narrow.lines[2], /^db\.dump +2\.00 KiB {2}bbbbbbbb$/)
  const wide = await ls(t, records, [], 200)
  t.match(wide.lines[0], /^NAME +SIZE {2}STORED +AGE +DELETION +ID +VAULT {2}STATE$/)
  t.strictSame((await ls(t, [], [], 80)).lines, [])
})

t.test('a table is as wide as its terminal at most, whatever its texts', async (t) => {
  const cells = fc.array(fc.string({ maxLength: 30, unit: 'grapheme' }), { minLength: 2, maxLength: 2 })
  const column: fc.Arbitrary<Column> = fc
    .record({
      title: fc.constantFrom('A', 'LONG TITLE'),
      cells,
      align: fc.constantFrom('left' as const, 'right' as const),
      rank: fc.constantFrom(1, 2, Infinity),
      at: fc.constantFrom(undefined, 'middle' as const, 'end' as const),
    })
    .map(({ at, ...rest }) => (at ? { ...rest, cut: { at, minWidth: 5 } } : rest))
  const property = fc.property(
    fc.array(column, { minLength: 1, maxLength: 5 }),
    fc.nat(90),
    (columns, width) => {
      for (const line of tableLines(columns, width)) if (textWidth(line) > width) throw new Error(line)
      if (tableLines(columns, undefined).length !== 2) throw new Error('a line for each cell')
    },
  )
  t.doesNotThrow(() => {
    fc.assert(property)
  })
  t.strictSame(tableLines([], 80), [''])
  t.strictSame(
    tableLines(
      [
        { title: 'A', cells: ['x'.repeat(50), 'y'], cut: { at: 'end', minWidth: 1 } },
        { title: 'B', cells: ['1', '2'] },
      ],
      undefined,
    ),
    [`${'x'.repeat(50)}  1`, 'y  2'],
  )
})

t.test('the width of a text is that on a terminal', async (t) => {
  for (const [text, width] of [
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['\u200b', 0],
    ['日本', 4],
    ['ﾊﾝ', 2],
    ['한글', 4],
    ['😀', 2],
    ['👨‍👩‍👧', 2],
    ['❤️', 2],
    ['！', 2],
  ] as const)
    t.equal(textWidth(text), width, text)
  t.strictSame(
    [5, 4, 3, 2, 1, 0].map((width) => cutMiddle('abcdef', width)),
    ['ab…ef', 'ab…f', 'a…f', 'a…', '…', ''],
  )
  t.strictSame(
    [6, 3, 1, 0].map((width) => cutEnd('abcdef', width)),
    ['abcdef', 'ab…', '…', ''],
  )
  t.equal(cutMiddle('日本語日本語', 6), '日…語')
  t.equal(cutEnd('日本', 2), '…')
})

t.test('ages and times are those that people say', async (t) => {
  const ages = [
    -5,
    0,
    119 * 60_000,
    2 * 3_600_000,
    2 * DAY_MS - 1,
    2 * DAY_MS,
    99 * DAY_MS,
    100 * DAY_MS,
    729 * DAY_MS,
    731 * DAY_MS,
  ]
  t.strictSame(ages.map(formatAge), [
    'now',
    'now',
    '119 minutes',
    '2 hours',
    '47 hours',
    '2 days',
    '99 days',
    '3 months',
    '23 months',
    '2 years',
  ])
  t.equal(formatAge(NaN), '-')
  t.equal(formatTime(new Date(2026, 0, 2, 3, 4, 59).toISOString()), '2026-01-02 03:04')
  t.equal(formatTime('once'), 'once')
  const { lines } = await ls(t, [{ ...records[0], time: 'once' }], ['docs'])
  t.match(lines, [/ once .* - {2}bbbbbbbb$/])
})
