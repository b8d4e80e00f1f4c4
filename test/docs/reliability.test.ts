import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as prettier from 'prettier'
import t from 'tap'
import { sparkline } from '../../tools/reliability/markdown.js'
import { pageOf } from '../../tools/reliability/page.js'
import { PROMISES } from '../../tools/reliability/promises.js'
import { readResults, type Results } from '../../tools/reliability/results.js'
import { unknownNames } from '../../tools/reliability/simulation-section.js'
import type { SeedRange } from '../simulation/command/series-record.js'
import { ROOT, textOf } from '../helpers/documents.js'

// docs/reliability.md is generated from the committed results.

const PAGE = 'docs/reliability.md'
const results = await readResults(ROOT)

t.test('docs/reliability.md has the committed results', async (t) => {
  const file = join(ROOT, PAGE)
  const options = { ...(await prettier.resolveConfig(file)), filepath: file }
  const generated = await prettier.format(pageOf(results), options)
  if (process.env.DOCS_ACCEPT) await writeFile(file, generated)
  t.equal(await textOf(PAGE), generated, 'run "npm run docs:reliability", and commit the file')
})

t.test('each invariant belongs to a promise, and each one in the results exists', (t) => {
  t.strictSame(unknownNames(results), [])
  const found = { network: 'port', seeds: 1, seed: 1, invariant: 'unknown' } as const
  t.strictSame(unknownNames({ ...results, saboteurs: { x: found } }), ['unknown'])
  const all = PROMISES.flatMap(({ invariants }) => invariants)
  t.equal(new Set(all).size, all.length, 'an invariant belongs to one promise')
  t.end()
})

t.test('each test that the page names exists', (t) => {
  const tests = [
    ...PROMISES.flatMap((promise) => promise.tests),
    ...results.found.map(({ test }) => test),
    ...Object.keys(results.scale),
  ]
  for (const test of tests) t.ok(existsSync(join(ROOT, test)), test)
  t.end()
})

t.test('results that are not measured yet are named, and those of each kind are shown', (t) => {
  const none: Results = { series: {}, saboteurs: {}, found: [], mutation: {}, soak: undefined, scale: {} }
  t.match(pageOf(none), /no recorded results yet[^]*no recorded results yet/)
  const rise = { rise: 1, level: 2 ** 20 }
  const samples = [1, 2, 3].map((seconds) => ({ seconds, rss: seconds, descriptors: 7, disk: 2 ** 21 }))
  const rangesOf = (...starts: number[]): SeedRange[] =>
    starts.map((from) => ({ from, seeds: 2, date: '2026-01-01' }))
  const totals = { seeds: 6, events: 1, simulatedHours: 1, faults: {}, milestones: {} }
  const page = pageOf({
    ...none,
    series: { port: { ...totals, ranges: rangesOf(1, 3, 9) } },
    saboteurs: {
      'success-before-sync': { network: 'sdk', seeds: 5, seed: 77, invariant: 'settles' },
      'put-without-condition': { network: 'bucket', seeds: 5, seed: 78, invariant: 'settles' },
      'etag-is-not-compared': { network: 'bucket-sdk', seeds: 5, seed: 79, invariant: 'settles' },
    },
    mutation: { fs: { mutants: 10, killed: 8, timedOut: 1, survived: 1, score: 90 } },
    soak: {
      ...{ minutes: 1, seed: 3, date: '2026-01-01T00:00:00.000Z', violations: ['it leaks'] },
      counts: { streams: 1234 },
      outcomes: { 'put: 0': 4, 'put: SIGKILL after SIGKILL': 2, 'server: SIGKILL': 9 },
      curves: [{ name: 'steady', archives: 1, memory: rise, descriptors: rise, samples }],
    },
    scale: { 'test/x.test.ts': { subject: 'much', date: '2026-01-01', figures: { time: '1 s' } } },
  })
  t.match(page, '| 1–4, 9–10 |')
  t.match(page, '77 (below the SDK)')
  t.match(page, '78 (of a bucket)')
  t.match(page, '79 (of a bucket, below the SDK)')
  t.match(page, '| lib/fs | 10 | 8 | 1 | 1 | 90 % |')
  t.match(page, '6 commands, of which 2 were killed. 1,234 streams')
  t.match(page, '- it leaks')
  t.match(page, '| much | time: 1 s | 2026-01-01 |')
  t.end()
})

t.test(
  'a folder without results has none, and a kind of fault that never took effect counts as 0',
  async (t) => {
    const root = `${t.testdir()}/`
    await mkdir(join(root, 'docs/reliability'), { recursive: true })
    await writeFile(join(root, 'docs/reliability/found.json'), '[]')
    const port = { seeds: 1, events: 1, simulatedHours: 1, faults: {}, milestones: {}, ranges: [[5, 5]] }
    await writeFile(join(root, 'docs/reliability/simulation.json'), JSON.stringify({ port }))
    const found = await readResults(root)
    t.strictSame(
      { ...found, series: undefined },
      { series: undefined, saboteurs: {}, found: [], mutation: {}, soak: undefined, scale: {} },
    )
    t.match(pageOf(found), /\| killed +\| a process is killed +\| 0 +\|/)
  },
)

t.test('a curve is a line of bars from 0 to its maximum', (t) => {
  t.equal(sparkline([0, 7, 14]), '▁▅█')
  t.equal(sparkline(Array.from({ length: 400 }, () => 5)), '█'.repeat(40))
  t.equal(sparkline([]), '')
  t.end()
})
