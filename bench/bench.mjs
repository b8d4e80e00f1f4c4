/**
 * The benchmark: `npm run bench`, or `npm run bench -- NAME…` for some of its rows. Adds its results to those of earlier runs
 * (docs/benchmarks/results.json), and writes docs/benchmarks.md from both, with a plot for each row that has one.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { GIB, RUNS, path } from './harness.mjs'
import { render } from './report.mjs'

/**
 * The module of a row.
 *
 * @typedef {object} Row
 * @property {string} title
 * @property {string} method - how it is measured, in Markdown
 * @property {() => Promise<import('./harness.mjs').Results>} measure
 */

const ROWS = [
  'upload',
  's3',
  's3-retrieve',
  'rechunk',
  'tree-hash',
  'retrieve',
  'memory',
  'growth',
  'start-up',
]
const RESULTS = path('../docs/benchmarks/results.json')

const names = process.argv.slice(2)
if (names.includes('--help')) {
  console.log(`Usage: npm run bench -- [NAME…]
Rows: ${ROWS.join(', ')}; default all.
Variables:
  BENCH_RUNS           runs of each contender; default 5
  BENCH_S3_MIB         s3, s3-retrieve: MiB of each contender; default 2048
  BENCH_S3_STREAM_GIB  s3: lengths of the streams whose peak memory is measured; default 1,4,16`)
  process.exit()
}
const unknown = names.filter((name) => !ROWS.includes(name))
if (unknown.length > 0) {
  console.error(`Unknown row: ${unknown.join(', ')}. The rows are ${ROWS.join(', ')}.`)
  process.exit(2)
}
const machine = `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / GIB)} GiB, ${process.platform}, Node ${process.version}`
await mkdir(path('../docs/benchmarks'), { recursive: true })
for (const name of names.length > 0 ? names : ROWS) {
  /** @type {Row} */
  const { title, method, measure } = await import(`./rows/${name}.mjs`)
  console.log(`${title} …`)
  const { goals, ...measured } = await measure()
  const checked = goals.map(([goal, target, value, isReached]) => ({
    goal,
    target,
    value,
    reached: isReached(value),
  }))
  /** @type {Record<string, import('./report.mjs').Section>} */
  const results = JSON.parse(await readFile(RESULTS, 'utf8').catch(() => '{}'))
  const date = new Date().toISOString().slice(0, 10)
  results[name] = { title, method, machine, date, runs: RUNS, ...measured, goals: checked }
  await writeFile(RESULTS, `${JSON.stringify(results, null, 1)}\n`)
  await render(
    ROWS.flatMap((row) => {
      const section = results[row]
      return section ? [{ name: row, section }] : []
    }),
  )
  for (const row of measured.table.rows) console.log(row.join('  '))
  for (const { goal, target, value, reached } of checked)
    console.log(`${reached ? 'reached' : 'NOT REACHED'}: ${goal}: ${value.toFixed(2)} (${target})`)
}
